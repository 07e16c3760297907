import { describe, expect, it } from "vitest";
import { durationText, sizeText } from "../../page/format/quantity.ts";
import { textOf } from "../../page/live/value-text.ts";

describe("quantities for people", () => {
  it.each([
    [-5, "0 s"],
    [59_400, "59 s"],
    [552_000, "9 min 12 s"],
    [8_040_000, "2 h 14 min"],
    [90_000_000, "1 d 1 h"],
  ])("%d ms are %s", (milliseconds, text) => {
    expect(durationText(milliseconds)).toBe(text);
  });

  it.each([
    [12, "12 B"],
    [1234, "1.23 kB"],
    [64_000_000, "64.0 MB"],
  ])("%d bytes are %s", (bytes, text) => {
    expect(sizeText(bytes)).toBe(text);
  });
});

describe("values for people", () => {
  it("are text where they are text", () => {
    expect(textOf(new TextEncoder().encode("grüße, 東京"))).toBe("grüße, 東京");
  });

  it("are bytes where they are not", () => {
    expect(textOf(Uint8Array.of(0xff, 0x00, 0x0a))).toBe("ff 00 0a");
  });
});
