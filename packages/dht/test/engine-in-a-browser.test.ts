import { expect, test } from "vitest";
import { nodePartsOf } from "./browser-bundle.ts";

test.each(["engine", "testnet", "wire"])("%s is made of nothing that belongs to Node.js", async (entry) => {
  expect(await nodePartsOf(new URL(`../src/${entry}/index.ts`, import.meta.url))).toEqual([]);
});
