import { describe, expect, test } from "vitest";
import { spellOut } from "../src/dhtnode/abbreviations.ts";
import { addressOrNetwork, collectHosts, duration, parseValueId, positive, uint } from "../src/options.ts";

describe("numbers", () => {
  test.each([
    ["0", 0],
    ["4222", 4222],
    ["0xff", 255],
    ["010", 8],
    ["65535", 65535],
  ])("%s is %d, as in C", (text, number) => {
    expect(uint(16)(text)).toBe(number);
  });

  test.each(["", "-1", "65536", "1.5", "0x", "1e3", "09", "four"])("%j is refused", (text) => {
    expect(() => uint(16)(text)).toThrow("It must be a number of 0 to 65535.");
  });

  test("a count begins with 1", () => {
    expect(positive("3")).toBe(3);
    expect(() => positive("0")).toThrow();
  });
});

describe("addresses of web servers", () => {
  test.each(["127.0.0.1", "::1", "10.0.0.0/8", "fd00::/8", "2001:db8::1/128", "loopback"])("%s is one", (text) => {
    expect(addressOrNetwork(text)).toBe(text);
  });

  test.each(["", "nonsense", "example.org", "10.0.0.0/", "10.0.0.0/0", "10.0.0.0/33", "::1/129", "loopback/8"])(
    "%j is refused",
    (text) => expect(() => addressOrNetwork(text)).toThrow("It must be an address, a network such as 10.0.0.0/8, or"),
  );
});

describe("value ids", () => {
  test.each([
    ["abc", 0xabcn],
    ["0xFFFFFFFFFFFFFFFF", 2n ** 64n - 1n],
    ["#18446744073709551615", 2n ** 64n - 1n],
  ])("%s is an id", (text, id) => {
    expect(parseValueId(text)).toBe(id);
  });

  test.each(["", "0", "xyz", "11112222333344445", "#18446744073709551616", "#"])("%j is none", (text) => {
    expect(parseValueId(text)).toBeUndefined();
  });
});

describe("hosts", () => {
  test("are collected in the order in which they are given", () => {
    expect(collectHosts("[::1]:5", collectHosts("a"))).toEqual(["a", "[::1]:5"]);
  });

  test("may follow an equals sign, as some scripts write it", () => {
    expect(collectHosts("=a:1")).toEqual(["a:1"]);
  });

  test.each(["", ":5", "a:0", "a:65536", "a:b"])("%j is refused", (text) => {
    expect(() => collectHosts(text)).toThrow("It must be host or host:port");
  });
});

test.each(["0s", "25 days", "1000h", "soon"])("%s is no limit that can be kept", (text) => {
  expect(() => duration(text)).toThrow();
});

describe("abbreviated options", () => {
  const options = ["--port", "--persist", "--bootstrap", "--peer-discovery"];

  test.each([
    ["--boot", "--bootstrap"],
    ["--boot=host:1", "--bootstrap=host:1"],
    ["--po", "--port"],
    ["--port", "--port"],
  ])("%s is %s", (given, meant) => {
    expect(spellOut([given], options)).toEqual([meant]);
  });

  test("that fit several options, or none, are left for the parser to refuse", () => {
    expect(spellOut(["--p", "--zork", "-b", "x"], options)).toEqual(["--p", "--zork", "-b", "x"]);
  });

  test("end at a double dash", () => {
    expect(spellOut(["--", "--boot"], options)).toEqual(["--", "--boot"]);
  });
});
