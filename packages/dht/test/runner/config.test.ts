import { describe, expect, it } from "vitest";
import { SockAddr } from "../../src/address/index.ts";
import { bindAddress, parseHostPort } from "../../src/runner/config.ts";

describe("bindAddress", () => {
  it("is the wildcard address of the family with the port asked for", () => {
    expect(`${bindAddress({ port: 4222 }, 4)}`).toBe("0.0.0.0:4222");
    expect(`${bindAddress({ port: 4222 }, 6)}`).toBe("[::]:4222");
    expect(bindAddress({}, 4)?.port).toBe(0);
  });

  it("takes text or an address; the port of a text without one is the common port", () => {
    expect(`${bindAddress({ bind4: "127.0.0.1", port: 5000 }, 4)}`).toBe("127.0.0.1:5000");
    expect(`${bindAddress({ bind4: "127.0.0.1:6000", port: 5000 }, 4)}`).toBe("127.0.0.1:6000");
    const address = SockAddr.parse("[::1]:7");
    expect(bindAddress({ bind6: address }, 6)).toBe(address);
  });

  it("is null for a family that isn't wanted, and refuses an address of the other one", () => {
    expect(bindAddress({ bind6: null }, 6)).toBeNull();
    expect(() => bindAddress({ bind6: "127.0.0.1" }, 6)).toThrow('bind6: "127.0.0.1" is no IPv6 address');
    expect(() => bindAddress({ bind4: "localhost" }, 4)).toThrow("is no IPv4 address");
  });
});

describe("parseHostPort", () => {
  it.each([
    ["example.org", { host: "example.org", port: 4222 }],
    ["example.org:4000", { host: "example.org", port: 4000 }],
    ["[::1]:4000", { host: "::1", port: 4000 }],
    ["[::1]", { host: "::1", port: 4222 }],
    ["2001:db8::1", { host: "2001:db8::1", port: 4222 }],
  ])("understands %s", (text, expected) => {
    expect(parseHostPort(text)).toEqual(expected);
  });

  it.each(["", ":4222", "host:0", "host:65536", "host:x"])("refuses %j", (text) => {
    expect(() => parseHostPort(text)).toThrow(TypeError);
  });
});
