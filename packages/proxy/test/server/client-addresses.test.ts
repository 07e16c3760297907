import type { IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { ClientAddresses } from "../../src/server/client-addresses.ts";
import { openProxiedNode } from "../support/proxied-node.ts";

/** A request over a connection from there, which says for whom it is. */
function request(remoteAddress: string, forwardedFor?: string): Pick<IncomingMessage, "headers" | "socket"> {
  const headers = forwardedFor === undefined ? {} : { "x-forwarded-for": forwardedFor };
  return { headers, socket: { remoteAddress } as IncomingMessage["socket"] }; // nothing else of it is read
}

test("who isn't trusted can't say that he is somebody else", () => {
  for (const addresses of [new ClientAddresses(), new ClientAddresses(["10.0.0.0/8"])])
    expect(addresses.of(request("192.0.2.1", "203.0.113.7"))).toBe("192.0.2.1");
});

test.each([
  ["203.0.113.7", "203.0.113.7"],
  ["198.51.100.1, 203.0.113.7", "203.0.113.7"],
  ["198.51.100.1, 203.0.113.7, 10.0.0.9", "203.0.113.7"],
  ["203.0.113.7:5000", "203.0.113.7"],
  ["198.51.100.1, 203.0.113.7:5000, 10.0.0.3:99", "203.0.113.7"],
  ["203.0.113.7, [::1]:99", "203.0.113.7"],
  ["2001:db8::7", "2001:db8::7"],
  ["[2001:db8::7]:5000", "2001:db8::7"],
  ["unknown", "10.0.0.1"],
  ["203.0.113.7, <script>", "10.0.0.1"],
  [undefined, "10.0.0.1"],
])("of X-Forwarded-For: %s the last address counts that isn't trusted: %s", (forwardedFor, client) => {
  const addresses = new ClientAddresses(["10.0.0.0/8", "::1"]);
  for (const from of ["10.0.0.1", "::ffff:10.0.0.1"])
    expect(addresses.of(request(from, forwardedFor)).replace("::ffff:", "")).toBe(client);
});

test("what is no address can't be trusted", () => {
  expect(() => new ClientAddresses(["example.org"])).toThrow(TypeError);
  expect(() => new ClientAddresses(["example.org"])).toThrow(/example\.org.*10\.0\.0\.0\/8/);
});

test.each([
  ["10.0.0.1", "https", true],
  ["10.0.0.1", "http, HTTPS", true],
  ["10.0.0.1", "https,http", false],
  ["10.0.0.1", "nohttps", false],
  ["10.0.0.1", undefined, false],
  ["192.0.2.1", "https", false],
])("from %s, X-Forwarded-Proto: %s, is it HTTPS? %s", (from, proto, isSecure) => {
  const { socket } = request(from);
  const headers = proto === undefined ? {} : { "x-forwarded-proto": proto };
  expect(new ClientAddresses(["10.0.0.0/8"]).isSecure({ headers, socket })).toBe(isSecure);
});

test("clients behind a web server that is trusted have their own limits, and their own addresses", async () => {
  await using rig = await openProxiedNode({
    trustProxy: ["127.0.0.1"],
    limits: { maxPutsPerSecondPerClient: 1, maxConnectionsPerClient: 1 },
  });
  const put = async (client: string) => {
    const headers = { "X-Forwarded-For": client };
    return (await fetch(rig.url("/key/k"), { method: "POST", headers, body: "{}" })).status;
  };
  // Twice as many as per second are let through at once.
  const puts = [await put("192.0.2.1"), await put("192.0.2.1"), await put("192.0.2.1"), await put("192.0.2.2")];
  expect(puts).toEqual([200, 200, 429, 200]);
  const info = await fetch(rig.url("/"), { headers: { "X-Forwarded-For": "192.0.2.3" } });
  expect(((await info.json()) as { public_ip: string }).public_ip).toContain("192.0.2.3");
  const together = Array.from({ length: 8 }, () => fetch(rig.url("/healthz")));
  expect((await Promise.all(together)).map(({ status }) => status)).toEqual(Array(8).fill(200));
});
