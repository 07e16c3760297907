import { expect, test } from "vitest";
import { formatRelativeTime } from "../../src/log/index.ts";

test("times are told as seen from now, with three significant digits", () => {
  const now = 1_000_000_000;
  const texts = [0, 0.5, 12.3456, 2500, -90_000, -7_200_000, 604_800_000].map((ms) =>
    formatRelativeTime(now + ms, now),
  );
  expect(texts).toEqual(["now", "in 500 us", "in 12.3 ms", "in 2.5 s", "1.5 min ago", "2 h ago", "in 7 days"]);
  expect(formatRelativeTime(Number.POSITIVE_INFINITY, now)).toBe("never");
  expect(formatRelativeTime(Number.NEGATIVE_INFINITY, now)).toBe("never");
});
