import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { describe, expect, test } from "vitest";
import { isPublicAddress, isPublicEndpoint, type PushRequest, post } from "../../src/push/index.ts";

async function gateway(listener: RequestListener): Promise<AsyncDisposable & { readonly push: PushRequest }> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  return {
    push: { url: new URL(`http://127.0.0.1:${port}/api/push`), headers: {}, body: "{}", token: "T", isForeign: false },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe("a post", () => {
  test.each([
    [200, { kind: "delivered" }],
    [201, { kind: "delivered" }],
    [302, { kind: "refused" }],
    [400, { kind: "refused" }],
    [410, { kind: "refused" }],
    [429, { kind: "unreachable", retryAfterMs: 7_000 }],
    [503, { kind: "unreachable", retryAfterMs: 7_000 }],
  ])("answered with %i", async (status, outcome) => {
    await using server = await gateway((_, response) => response.writeHead(status, { "Retry-After": "7" }).end("x"));
    expect(await post(server.push)).toEqual(outcome);
  });

  test("to an endpoint that a client has named tells when it is gone", async () => {
    await using server = await gateway((_, response) => response.writeHead(410).end());
    const push = { ...server.push, isForeign: true };
    expect(await post(push, { allowPrivateEndpoints: true })).toEqual({ kind: "gone" });
  });

  test("to a gateway that never answers, or isn't there, ends", async () => {
    await using server = await gateway(() => {});
    expect(await post(server.push, { timeoutMs: 50 })).toEqual({ kind: "unreachable" });
    const nowhere = { ...server.push, url: new URL("http://127.0.0.1:1/") };
    expect(await post(nowhere)).toEqual({ kind: "unreachable" });
  });

  test("is given up when nobody wants to wait any more", async () => {
    const closing = new AbortController();
    await using server = await gateway(() => closing.abort());
    expect(await post(server.push, { timeoutMs: 2 ** 31 - 1, signal: closing.signal })).toEqual({
      kind: "unreachable",
    });
  });

  test.each([
    "http://push.example/",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://10.0.0.1/",
    "https://localhost/",
  ])("to %s never leaves when a client has named it", async (url) => {
    const push = { url: new URL(url), headers: {}, body: "", token: url, isForeign: true };
    expect((await post(push)).kind).not.toBe("delivered");
  });

  test("to what is not on the web is refused, wherever else pushes may go", async () => {
    for (const url of ["ftp://x.example/", "file:///etc/passwd", "token:7"]) {
      const push = { url: new URL(url), headers: {}, body: "", token: url, isForeign: true };
      expect(await post(push, { allowPrivateEndpoints: true })).toEqual({ kind: "refused" });
    }
  });
});

test("only addresses of the public Internet are public", () => {
  const inside = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.1.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:10.0.0.1",
    "fe80::1",
    "fc00::1",
    "ff02::1",
    "64:ff9b::a00:1",
    "2002:a00:1::",
    "::127.0.0.1",
    "::7f00:1",
    "::8.8.8.8",
    "100::1",
    "2001:db8::1",
    "4000::1",
    "8000::1",
  ];
  for (const address of inside) expect([address, isPublicAddress(address)]).toEqual([address, false]);
  for (const address of ["8.8.8.8", "::ffff:8.8.8.8", "2001:4860:4860::8888", "2a00:1450:4001::1", "2620:fe::fe"])
    expect(isPublicAddress(address)).toBe(true);
});

test("endpoints in disguise are seen through", () => {
  for (const url of [
    "https://2130706433/",
    "https://0x7f.1/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::127.0.0.1]/",
    "ftp://x.example/",
  ])
    expect([url, isPublicEndpoint(new URL(url))]).toEqual([url, false]);
  expect(isPublicEndpoint(new URL("https://push.example/x"))).toBe(true);
});
