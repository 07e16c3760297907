import { expect, test } from "vitest";
import { resolveLimit } from "../../src/rpc/index.ts";

test("0 or nothing is the default, negative is no limit", () => {
  expect([undefined, 0, -1, 5].map((limit) => resolveLimit(limit, 9))).toEqual([9, 9, Number.POSITIVE_INFINITY, 5]);
});
