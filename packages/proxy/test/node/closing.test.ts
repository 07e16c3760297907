import { once } from "node:events";
import type { Socket } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { generateEcIdentity } from "@hashmere/crypto";
import type { DhtRunner } from "@hashmere/dht";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { ProxyTls } from "../../src/index.ts";
import { CLOSE_GRACE_MS } from "../../src/server/limits.ts";
import { openProxiedNode } from "../support/proxied-node.ts";
import { parseResponse, rawConnection } from "../support/raw-http.ts";
import { Sender } from "../support/sender.ts";

const PERMANENT = { method: "POST", body: JSON.stringify({ id: 7, permanent: true }) };
const EVENTS = "Accept: text/event-stream\r\n";
/** Values of 60,000 bytes each: together more than the kernel takes for a reader. */
const MANY = 150;

describe("a proxy that closes", () => {
  test("ends its streams properly and lets requests come to their end", async () => {
    await using rig = await openProxiedNode();
    await rig.peer.put("k", "there");
    const listen = await fetch(rig.url("/key/k/listen"));
    const put = fetch(rig.url("/key/k"), PERMANENT);
    await expect.poll(() => rig.proxy.stats.permanentPuts).toBe(1);
    const reader = listen.body?.pipeThrough(new TextDecoderStream()).getReader();
    await reader?.read();
    await Promise.all([put, rig.proxy.close()]);
    let end = await reader?.read();
    while (end?.done === false) end = await reader?.read();
    expect(end?.done).toBe(true); // a stream that is cut would throw
    expect((await put).status).toBe(200);
    await expect(fetch(rig.url("/"))).rejects.toThrow();
    await rig.proxy.close();
  });

  test.each([
    { over: "HTTP", connect: rawConnection },
    { over: "HTTPS", connect: tlsConnection },
  ])(
    "ends every kind of stream properly over $over, also for a reader who has yet to take megabytes",
    async ({ over, connect }) => {
      const tls = over === "HTTPS" ? await serverTls() : undefined;
      await using rig = await openProxiedNode({ tls, limits: { maxStreamBytes: 64_000_000 } });
      const read = async (path: string, headers?: string) => slowReader(await connect(rig.port), path, headers);
      const listens = await Promise.all([read("/key/k/listen"), read("/key/k/listen", EVENTS)]);
      const page = await read("/dashboard/events");
      await expect.poll(() => rig.proxy.stats.listens).toBe(2);
      await putMegabytes(rig.node);
      const gets = await Promise.all([read("/key/k"), read("/key/k", EVENTS)]);
      const closed = rig.proxy.close();
      const [lines, events, news, values, valueEvents] = await Promise.all(
        [...listens, page, ...gets].map(async ({ rest }) => parseResponse(await rest())),
      );
      await closed;
      for (const stream of [lines, events, news, values, valueEvents]) expect(stream?.isComplete).toBe(true);
      for (const stream of [lines, values]) expect(stream?.body.split("\n").length).toBe(MANY + 1);
      for (const stream of [events, valueEvents]) {
        expect(stream?.body.split('data: {"data"').length).toBe(MANY + 1);
        expect(stream?.body).toMatch(/\n\nevent: end\ndata: \{\}\n\n$/);
      }
    },
  );

  test("cuts off, after a while, who takes nothing", async () => {
    await using rig = await openProxiedNode({ limits: { maxStreamBytes: 64_000_000 } });
    const listen = await slowReader(await rawConnection(rig.port), "/key/k/listen");
    await expect.poll(() => rig.proxy.stats.listens).toBe(1);
    await putMegabytes(rig.node);
    const get = await slowReader(await rawConnection(rig.port), "/key/k");
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const closed = rig.proxy.close();
    while (await accepts(rig.port));
    vi.advanceTimersByTime(CLOSE_GRACE_MS);
    await closed;
    vi.useRealTimers();
    for (const { rest } of [listen, get]) expect(parseResponse(await rest()).isComplete).toBe(false);
  });

  test("answers a request that had come before, though it hadn't even accepted the connection", async () => {
    await using rig = await openProxiedNode();
    const sender = await Sender.open(rig.port, "GET /healthz HTTP/1.1\r\n\r\n");
    sender.connect();
    sender.send();
    await rig.proxy.close();
    const answer = parseResponse(await sender.answer);
    expect(answer).toMatchObject({ status: 200, isComplete: true });
    expect(answer.headers).toContainEqual(["Connection", "close"]);
  });

  test("answers a request that came on a silent connection just before it would have ended that", async () => {
    await using rig = await openProxiedNode();
    const sender = await Sender.open(rig.port, "GET /healthz HTTP/1.1\r\n\r\n");
    sender.connect();
    const halfway = await rawConnection(rig.port);
    halfway.write("GET /healthz HTTP/1.1\r\n");
    expect((await fetch(rig.url("/healthz"))).status).toBe(200);
    vi.useFakeTimers({ toFake: ["setInterval"] });
    onTestFinished(() => void vi.useRealTimers());
    const closed = rig.proxy.close();
    while (await accepts(rig.port));
    sender.send();
    vi.advanceTimersByTime(1_000);
    expect(parseResponse(await sender.answer)).toMatchObject({ status: 200, isComplete: true });
    halfway.resume().write("\r\n");
    await closed;
  });

  test("doesn't wait for connections on which nobody has said anything, and waits for half a request", async () => {
    await using rig = await openProxiedNode();
    const silent = await rawConnection(rig.port);
    const halfway = await rawConnection(rig.port);
    halfway.write("GET /healthz HTTP/1.1\r\n");
    // A whole exchange later, the server has read that, too.
    expect((await fetch(rig.url("/healthz"))).status).toBe(200);
    const events: string[] = [];
    silent.resume().once("close", () => events.push("the silent one ends"));
    const closed = rig.proxy.close().then(() => events.push("the proxy is closed"));
    await once(silent, "close");
    halfway.write("\r\n");
    const [answer] = await once(halfway, "data");
    expect(answer).toContain("200 OK");
    await closed;
    expect(events).toEqual(["the silent one ends", "the proxy is closed"]);
  });

  test("doesn't wait for those either that don't finish their TLS handshake, or say nothing after it", async () => {
    await using rig = await openProxiedNode({ tls: await serverTls() });
    const wordless = await rawConnection(rig.port);
    const secure = await tlsConnection(rig.port);
    const put = await tlsPut(rig.port);
    const closed = rig.proxy.close();
    await Promise.all([once(wordless.resume(), "close"), once(secure.resume(), "close")]);
    expect(put.closed).toBe(false);
    put.write('"data":""}');
    const [answer] = await once(put, "data");
    expect(`${answer}`).toContain("200 OK");
    await closed;
  });
});

async function putMegabytes(node: DhtRunner): Promise<void> {
  for (let index = 1; index <= MANY; index++) await node.put("k", new Uint8Array(60_000).fill(index));
}

/** A client who has got the head of an answer, and takes nothing more before it wants the rest. */
async function slowReader(socket: Socket, path: string, headers = "") {
  socket.write(`GET ${path} HTTP/1.1\r\n${headers}\r\n`);
  let received = "";
  socket.on("data", (text) => {
    received += text;
  });
  await once(socket, "data");
  socket.pause();
  return {
    async rest(): Promise<string> {
      socket.resume();
      await once(socket, "close").catch(() => {}); // cut off
      return received;
    },
  };
}

async function accepts(port: number): Promise<boolean> {
  return rawConnection(port).then(
    (socket) => !!socket.destroy(),
    () => false,
  );
}

async function serverTls(): Promise<ProxyTls> {
  const identity = await generateEcIdentity("server");
  return { certificate: identity.certificate.pem(), key: await identity.key.serialize() };
}

async function tlsConnection(port: number): Promise<TLSSocket> {
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
  await once(socket, "secureConnect");
  return socket.setEncoding("latin1");
}

/** A put of which the proxy has got all but the last ten bytes. */
async function tlsPut(port: number): Promise<TLSSocket> {
  const socket = await tlsConnection(port);
  socket.write("POST /key/k HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n");
  await once(socket, "data"); // "continue": the head has arrived
  socket.write("{");
  return socket;
}
