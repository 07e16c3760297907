import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SockAddr } from "../../src/address/index.ts";
import { parseSockAddrBlob, sockAddrBlob } from "../../src/value/index.ts";
import { address4, address6 } from "../wire/arbitraries.ts";

const parse = (text: string) => SockAddr.parse(text) ?? expect.unreachable(`${text} is an address`);

describe("an address as a C structure", () => {
  test("comes back as it went", () => {
    fc.assert(
      fc.property(fc.oneof(address4, address6), (addr) => {
        expect(parseSockAddrBlob(sockAddrBlob(addr))?.equals(addr)).toBe(true);
      }),
    );
  });

  test("of another family or an impossible length is none", () => {
    const blob = sockAddrBlob(parse("1.2.3.4:5"));
    expect(parseSockAddrBlob(blob.subarray(0, 15))).toBeUndefined();
    expect(parseSockAddrBlob(Uint8Array.of(1, ...blob.subarray(1)))).toBeUndefined();
    expect(parseSockAddrBlob(Uint8Array.of(2, 1, ...blob.subarray(2)))).toBeUndefined();
    expect(parseSockAddrBlob(sockAddrBlob(parse("[::1]:5")).subarray(0, 27))).toBeUndefined();
    expect(parseSockAddrBlob(Uint8Array.of(...blob, ...new Uint8Array(113)))).toBeUndefined();
    expect(parseSockAddrBlob(Uint8Array.of(...blob, ...new Uint8Array(112)))?.host).toBe("1.2.3.4");
  });
});
