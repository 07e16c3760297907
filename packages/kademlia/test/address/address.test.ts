import { describe, expect, it } from "vitest";
import { Address, AddressBook, MAX_REMEMBERED_ADDRESSES, parseHostAndPort } from "../../src/address/index.ts";
import { InvalidArgumentError } from "../../src/errors/index.ts";
import { addressOf } from "../support/address.ts";

describe("an address", () => {
  it("is a numeric IP address at which one node can be, and a port", () => {
    for (const host of [
      "localhost",
      "",
      "1.2.3",
      "1.2.3.4.5",
      "0x7f.1",
      "256.1.1.1",
      "0.0.0.0",
      "224.0.0.1",
      "255.255.255.255",
      "::",
      "ff02::1",
      "1:2",
    ]) {
      expect(Address.parse(host, 8468), host).toBeUndefined();
    }
    for (const port of [0, -1, 65_536, 1.5, Number.NaN]) expect(Address.parse("127.0.0.1", port)).toBeUndefined();
  });

  it("has one form", () => {
    expect(addressOf("::ffff:127.0.0.1").text).toBe("127.0.0.1:8468");
    expect(addressOf("2001:DB8:0:0::1").text).toBe("[2001:db8::1]:8468");
    expect(addressOf("::ffff:7f00:1").equals(addressOf("127.0.0.1"))).toBe(true);
  });

  it("is told only to whom it leads to the same machine", () => {
    const [loopback, linkLocal, inside, outside] = ["127.0.0.1", "fe80::1", "192.168.1.1", "1.1.1.1"].map((host) =>
      addressOf(host),
    );
    if (!loopback || !linkLocal || !inside || !outside) throw new Error("missing");
    expect(inside.makesSenseTo(outside)).toBe(false);
    expect(loopback.makesSenseTo(inside)).toBe(false);
    expect(linkLocal.makesSenseTo(addressOf("fe80::2"))).toBe(false);
    expect(outside.makesSenseTo(inside)).toBe(true);
    expect(inside.makesSenseTo(addressOf("10.0.0.1"))).toBe(true);
  });

  it("is told only to its own family: nobody reaches the other one by the socket that asks", () => {
    const [four, six] = [addressOf("198.51.100.1"), addressOf("2001:db8:1::1")];
    expect(four.makesSenseTo(six)).toBe(false);
    expect(six.makesSenseTo(four)).toBe(false);
    expect(six.makesSenseTo(addressOf("2001:db8:2::1"))).toBe(true);
  });
});

describe("an address book", () => {
  it("gives one object for one address, and forgets rather than grow", () => {
    const book = new AddressBook();
    const first = book.find("10.0.0.1", 1);
    expect(book.find("10.0.0.1", 1)).toBe(first);
    for (let port = 2; port <= MAX_REMEMBERED_ADDRESSES + 2; port++) book.find("10.0.0.1", port);
    expect(book.find("10.0.0.1", 1)).not.toBe(first);
    expect(book.find("10.0.0.1", 1)).toEqual(first);
  });
});

describe("a place to start from", () => {
  it("is written as host and port", () => {
    expect(parseHostAndPort("example.org:99", 8468)).toEqual({ host: "example.org", port: 99 });
    expect(parseHostAndPort("example.org", 8468)).toEqual({ host: "example.org", port: 8468 });
    expect(parseHostAndPort("[::1]:99", 8468)).toEqual({ host: "::1", port: 99 });
    expect(parseHostAndPort("::1", 8468)).toEqual({ host: "::1", port: 8468 });
  });

  it("is refused with a word of advice otherwise", () => {
    for (const text of ["", ":99", "host:", "host:x", "host:0", "host:65536", "[::1]x"]) {
      expect(() => parseHostAndPort(text, 8468), text).toThrow(InvalidArgumentError);
    }
  });
});
