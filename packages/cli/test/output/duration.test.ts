import { expect, test } from "vitest";
import { formatBytes } from "../../src/output/bytes.ts";
import { formatDuration, parseDuration } from "../../src/output/duration.ts";

test.each([
  [0.0543, "54.3 us"],
  [0.9999, "1 ms"],
  [1.412, "1.41 ms"],
  [999.9, "1 s"],
  [2000, "2 s"],
  [90_000, "1.5 min"],
  [3_600_000, "1 h"],
  [71 * 3_600_000, "71 h"],
  [73 * 3_600_000, "3.04 days"],
  [-5, "-5 ms"],
  [0, "0 us"],
])("%d ms is written %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  ["500ms", 500],
  ["5s", 5000],
  ["5", 5000],
  ["1.5 min", 90_000],
  ["2m", 120_000],
  ["1h", 3_600_000],
])("%s is read as %d ms", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(["", "s", "-1s", "5 parsecs", "1e3", "toString"])("%j is no duration", (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1 KB (1024 bytes)"],
  [17_094, "16.69 KB (17094 bytes)"],
  [64 * 1024 * 1024, "64 MB (67108864 bytes)"],
])("%d bytes are written %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
