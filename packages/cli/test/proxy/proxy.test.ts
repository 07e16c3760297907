import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_LIMITS } from "@hashmere/proxy";
import { describe, expect, onTestFinished, test } from "vitest";
import { hashmere, start } from "../support/cli.ts";
import { startPeer } from "../support/network.ts";

const LOCAL = ["--host", "127.0.0.1", "--port", "0"];

describe("hashmere proxy", () => {
  test("opens the network to whoever speaks HTTP, and ends well", async () => {
    await using peer = await startPeer();
    await using running = start("hashmere", ["proxy", ...LOCAL, ...peer.join]);
    const [, url = ""] = await running.until(/^proxy {2}(\S+)\n/m);
    const put = await fetch(`${url}/key/room`, { method: "POST", body: '{"data":"aGVsbG8="}' });
    expect(await put.json()).toMatchObject({ data: "aGVsbG8=", type: 0 });
    const page = await fetch(url, { headers: { accept: "text/html" }, redirect: "manual" });
    expect(page.headers.get("location")).toBe("dashboard/");
    running.process.kill("SIGINT");
    expect(await running.outcome()).toMatchObject({ status: 0 });
  });

  test("lets in nobody without a token, where there is one", async () => {
    await using running = start("hashmere", ["proxy", ...LOCAL], { HASHMERE_PROXY_TOKEN: "sesame" });
    const [, url = ""] = await running.until(/^proxy {2}(\S+)\n/m);
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url, { headers: { authorization: "Bearer sesame" } })).status).toBe(200);
  });

  test("pushes into private networks where it is told to", async () => {
    const server = createHttpServer((request, response) => response.end(request.url)).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    await using running = start("hashmere", ["proxy", ...LOCAL, "--unifiedpush-private"]);
    const [, url = ""] = await running.until(/^proxy {2}(\S+)\n/m);
    const address = server.address();
    const endpoint = `http://127.0.0.1:${typeof address === "object" && address?.port}/up`;
    const pushed = once(server, "request");
    const body = JSON.stringify({ key: endpoint, platform: "unifiedpush" });
    expect((await fetch(`${url}/node/pingPush`, { method: "POST", body })).status).toBe(200);
    expect((await pushed)[0].url).toBe("/up");
  });

  test("lets a client have as much as it is told to", async () => {
    await using running = start("hashmere", ["proxy", ...LOCAL, "--no-client-limits", "--max-listens", "1"]);
    const [, url = ""] = await running.until(/^proxy {2}(\S+)\n/m);
    const { maxTicketsPerClient } = DEFAULT_LIMITS;
    for (let count = 0; count <= maxTicketsPerClient; count++)
      expect((await fetch(`${url}/node/ticket`, { method: "POST" })).status).toBe(200);
    const stop = new AbortController();
    expect((await fetch(`${url}/key/k/listen`, stop)).status).toBe(200);
    expect((await fetch(`${url}/key/k/listen`)).status).toBe(429);
    stop.abort();
  });

  test("doesn't let everybody in because a file of tokens is empty", async () => {
    const empty = join(tmpdir(), `hashmere-no-tokens-${process.pid}`);
    await writeFile(empty, "\n");
    const outcome = await hashmere(["proxy", ...LOCAL, "--token-file", empty]);
    expect(outcome).toMatchObject({ status: 1, stderr: expect.stringContaining("holds no token") });
  });

  test("tells the clients of a web server apart that it is told to trust, and trusts nothing that is no address", async () => {
    const trust = ["--trust-proxy", "127.0.0.1", "--trust-proxy", "10.0.0.0/8"];
    await using running = start("hashmere", ["proxy", ...LOCAL, ...trust]);
    const [, url = ""] = await running.until(/proxy {2}(\S+)/);
    const info = await fetch(url, { headers: { "X-Forwarded-For": "192.0.2.7, 10.1.2.3" } });
    expect(await info.text()).toContain("192.0.2.7");
    const wrong = await hashmere(["proxy", ...LOCAL, "--trust-proxy", "example.org"]);
    expect(wrong.status).not.toBe(0);
    expect(wrong.stderr).toMatch(/--trust-proxy.+example\.org.+an address, a network such as 10\.0\.0\.0\/8/);
  });

  test("says that nobody answers where pushes are to go, and goes on", async () => {
    await using running = start("hashmere", ["proxy", ...LOCAL, "--push-gateway", "127.0.0.1:9"]);
    const [, url = ""] = await running.until(/^proxy {2}(\S+)\n/m);
    await running.until(/^the push gateway 127\.0\.0\.1:9 can't be reached .+ is gorush running there\?/m);
    expect((await fetch(`${url}/`)).status).toBe(200);
  });

  test("says in a sentence why it can't start", async () => {
    await using running = start("hashmere", ["proxy", ...LOCAL]);
    const [, port = ""] = await running.until(/^proxy {2}\S+:(\d+)\n/m);
    await running.until(/^without --bootstrap the node is alone/m);
    const taken = await hashmere(["proxy", "--host", "127.0.0.1", "--port", port]);
    expect(taken).toMatchObject({ status: 2, stderr: expect.stringContaining(`no proxy at port ${port}`) });
    const half = await hashmere(["proxy", ...LOCAL, "--tls-key", "key.pem"]);
    expect(half).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("both a certificate and its private key"),
    });
    const insecure = await hashmere(["proxy", ...LOCAL, "--client-ca", "ca.pem"]);
    expect(insecure).toMatchObject({ status: 1, stderr: expect.stringContaining("HTTPS needs both") });
    const junk = join(tmpdir(), `hashmere-junk-${process.pid}.pem`);
    await writeFile(junk, "junk");
    const wrong = await hashmere(["proxy", ...LOCAL, "--tls-key", junk, "--tls-certificate", junk]);
    expect(wrong).toMatchObject({ status: 2, stderr: expect.stringContaining("certificate and key can't be used") });
  });
});

describe("dhtnode", () => {
  test("starts and stops proxies at the prompt, and tells what they are used for", async () => {
    await using running = start("dhtnode", ["--proxy-addr", "127.0.0.1"]);
    const port = await freePort();
    running.say(`pst ${port}\n`);
    await running.until(new RegExp(`Proxy at http://127.0.0.1:${port}\n`));
    expect((await fetch(`http://127.0.0.1:${port}/node/info`)).status).toBe(200);
    running.say("ll\n");
    await running.until(
      new RegExp(`Stats for proxy server on port ${port}\n  Listens: 0, Puts: 0, PushListeners: 0\n`),
    );
    running.say(`pst ${port}\npst\npsx ${port}\npsp 1\n`);
    await running.until(/no proxy at port/);
    await running.until(/"" is no port\. Syntax: pst port \[pushserver\]/);
    await running.until(/HTTPS needs a certificate/);
    await running.until(/There is no proxy on port 1\./);
    running.say(`psp ${port}\n`);
    const { status } = await running.end("ll\n");
    expect(status).toBe(0);
    await expect(fetch(`http://127.0.0.1:${port}/node/info`)).rejects.toThrow();
  });

  test("starts those that its options name", async () => {
    const port = await freePort();
    await using running = start("dhtnode", ["-s", "--proxyserver", `${port}`, "--proxy-addr", "127.0.0.1"]);
    await expect.poll(() => answers(port)).toBe(true);
    running.process.kill("SIGTERM");
    expect((await running.outcome()).status).toBe(0);
  });
});

async function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/`).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address ? address.port : 0;
}
