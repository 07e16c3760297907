import { isIP } from "node:net";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SockAddr, splitHostPort } from "../../src/address/index.ts";

const word = fc.integer({ min: 0, max: 0xffff_ffff });
const port = fc.integer({ min: 0, max: 65_535 });
/** Zero words often: they are what is written short. */
const part = fc.oneof(fc.constant(0), fc.constant(0xffff), word);
const address = fc.oneof(
  fc.tuple(word, port).map(([host, port]) => SockAddr.ipv4(host, port)),
  fc.tuple(part, part, part, part, port).map(([a, b, c, d, port]) => SockAddr.ipv6(a, b, c, d, port)),
);

const parse = (text: string) => SockAddr.parse(text) ?? expect.unreachable(`${text} is an address`);

describe("the text of an address", () => {
  test("is read as it is printed, and is an address to others", () => {
    fc.assert(
      fc.property(address, (addr) => {
        expect(isIP(addr.host)).toBe(addr.family);
        expect(parse(addr.toString().replace(/\]?$/, (end) => (addr.port === 0 ? `${end}:0` : end))).equals(addr)).toBe(
          true,
        );
        expect(SockAddr.fromHost(addr.host, addr.port)?.equals(addr)).toBe(true);
        expect(JSON.stringify(addr)).toBe(`"${addr}"`);
      }),
    );
  });

  test.each([
    ["1.2.3.4", "1.2.3.4:4222"],
    ["1.2.3.4:5", "1.2.3.4:5"],
    ["1.2.3.4:0", "1.2.3.4"],
    ["::1", "[::1]:4222"],
    ["[::1]", "[::1]:4222"],
    ["[::1]:5", "[::1]:5"],
    ["[2001:DB8:0:0:1:0:0:1]:5", "[2001:db8::1:0:0:1]:5"],
    ["2001:db8:0:1:1:1:1:1", "[2001:db8:0:1:1:1:1:1]:4222"],
    ["::", "[::]:4222"],
    ["fe80::1%eth0", "[fe80::1]:4222"],
    ["::ffff:10.1.2.3", "10.1.2.3:4222"],
    ["64:ff9b::10.1.2.3", "[64:ff9b::a01:203]:4222"],
  ])("%s is %s", (text, printed) => {
    expect(parse(text).toString()).toBe(printed);
  });

  test.each([
    ...["", "localhost", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1..2.3", "1.2.3.4:65536", "1.2.3.4:x", "1.2.3.4:-1"],
    ...[
      "[::1",
      ":::",
      "::1::",
      "1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:8:9",
      "12345::",
      "g::",
      "[::1]x",
      "::1.2.3",
      "1.2.3.4 ",
    ],
  ])("%j is no address", (text) => {
    expect(SockAddr.parse(text)).toBeUndefined();
  });

  test("splits into host and port, whatever the host", () => {
    expect(splitHostPort("bootstrap.jami.net")).toEqual({ host: "bootstrap.jami.net", port: 4222 });
    expect(splitHostPort("bootstrap.jami.net:5", 1)).toEqual({ host: "bootstrap.jami.net", port: 5 });
    expect(splitHostPort("host:")).toEqual({ host: "host", port: 4222 });
    expect(splitHostPort("host:99999")).toEqual({ host: "host", port: undefined });
    expect(splitHostPort("[::1]:7")).toEqual({ host: "::1", port: 7 });
  });
});

describe("an address", () => {
  test("equals another of the same host and port", () => {
    const addr = parse("10.1.2.3:4");
    expect([
      addr.equals(parse("10.1.2.3:4")),
      addr.equals(addr.withPort(5)),
      addr.hasSameHost(addr.withPort(5)),
    ]).toEqual([true, false, true]);
    expect(parse("[::1]:4").hasSameHost(parse("0.0.0.1:4"))).toBe(false);
  });

  test("of IPv6 that is IPv4 in disguise is IPv4", () => {
    const bytes = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 1, 2, 3);
    expect(`${SockAddr.fromBytes(6, bytes, 0, 5)}`).toBe("10.1.2.3:5");
  });

  test.each([
    ["127.0.0.1", true, true],
    ["127.255.0.1", true, true],
    ["::1", true, true],
    ["10.0.0.1", false, true],
    ["172.16.0.1", false, true],
    ["172.31.255.255", false, true],
    ["172.32.0.1", false, false],
    ["192.168.0.1", false, true],
    ["192.169.0.1", false, false],
    ["fc00::1", false, true],
    ["fdff::1", false, true],
    ["fe80::1", false, false],
    ["8.8.8.8", false, false],
    ["2001:db8::1", false, false],
  ])("%s: loopback %s, private %s", (host, isLoopback, isPrivate) => {
    expect([parse(host).isLoopback(), parse(host).isPrivate()]).toEqual([isLoopback, isPrivate]);
  });

  test.each([
    ["0.0.0.0:5", true],
    ["0.255.0.1:5", true],
    ["1.0.0.1:5", false],
    ["223.255.255.255:5", false],
    ["224.0.0.1:5", true],
    ["255.255.255.255:5", true],
    ["127.0.0.1:5", false],
    ["10.0.0.1:5", false],
    ["10.0.0.1:0", true],
    ["[::]:5", true],
    ["[::1]:5", false],
    ["[fe80::1]:5", false],
    ["[ff02::1]:5", true],
    ["[2001:db8::1]:0", true],
  ])("%s: martian %s", (text, isMartian) => {
    expect(parse(text).isMartian()).toBe(isMartian);
  });

  test("is unspecified when it is all zero", () => {
    expect(["0.0.0.0", "::", "::1"].map((host) => parse(host).isUnspecified())).toEqual([true, true, false]);
  });
});
