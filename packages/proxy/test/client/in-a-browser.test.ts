import { expect, test } from "vitest";
import { nodePartsOf } from "../../../dht/test/browser-bundle.ts";

test("the client is made of nothing that belongs to Node.js", async () => {
  expect(await nodePartsOf(new URL("../../src/client/index.ts", import.meta.url))).toEqual([]);
});
