import { expect, test } from "vitest";
import { fuzzLink } from "./fuzz-link.ts";

test("links take 100,000 frames of a peer that is out of its mind", async () => {
  const { links, closed, channels } = await fuzzLink(1, 100_000);
  expect(links).toBe(200);
  expect(channels).toBeGreaterThan(links);
  expect(closed).toBeLessThan(links);
});
