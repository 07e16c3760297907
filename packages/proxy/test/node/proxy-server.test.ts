import { once } from "node:events";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type TLSSocket } from "node:tls";
import { generateEcIdentity, generateIdentity, type Identity } from "@hashmere/crypto";
import { DhtRunner } from "@hashmere/dht";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ProxyServer, ProxyServerError } from "../../src/index.ts";
import { CLOSE_GRACE_MS } from "../../src/server/limits.ts";
import { openProxiedNode } from "../support/proxied-node.ts";
import { parseResponse, rawConnection } from "../support/raw-http.ts";
import { Sender } from "../support/sender.ts";

const PERMANENT = { method: "POST", body: '{"id":"7","data":"aGk=","permanent":{"client_id":"c","key":"T"}}' };

describe("the state", () => {
  test("is saved while the proxy runs, and taken up again by the next one", async () => {
    const statePath = join(await mkdtemp(join(tmpdir(), "hashmere-proxy-")), "state");
    {
      await using rig = await openProxiedNode({ statePath });
      await fetch(rig.url("/key/k"), PERMANENT);
      await fetch(rig.url("/key/k"), { method: "SUBSCRIBE", body: '{"key":"T"}' });
      await expect
        .poll(
          () =>
            readFile(statePath).then(
              (file) => file.includes("T"),
              () => false,
            ),
          { timeout: 20_000 },
        )
        .toBe(true);
    }
    await using rig = await openProxiedNode({ statePath });
    expect(rig.proxy.stats).toMatchObject({ permanentPuts: 1, pushListeners: 1 });
    expect((await fetch(rig.url("/key/k/7"), { method: "DELETE", body: '{"client_id":"c","key":"T"}' })).status).toBe(
      200,
    );
  });

  test("that can't be read is told, and doesn't keep the proxy from starting", async () => {
    const statePath = join(await mkdtemp(join(tmpdir(), "hashmere-proxy-")), "state");
    await writeFile(statePath, "junk");
    const complaints: string[] = [];
    const logger = { isEnabled: () => true, log: (_: string, text: string) => complaints.push(text) };
    await using rig = await openProxiedNode({ statePath, logger });
    expect((await fetch(rig.url("/healthz"))).status).toBe(200);
    expect(complaints.join()).toContain("is no state of a proxy");
    await rig.proxy.close();
    expect(await readFile(statePath, "utf8")).toBe("junk");
  });

  test("that could never be written is told at the start", async () => {
    const complaints: string[] = [];
    const logger = { isEnabled: () => true, log: (_: string, text: string) => complaints.push(text) };
    await using rig = await openProxiedNode({ statePath: join(tmpdir(), "no-such-folder", "state"), logger });
    expect(complaints.join()).toContain("does its folder exist");
    expect((await fetch(rig.url("/healthz"))).status).toBe(200);
  });

  test("of another proxy is not written over: the one that came second is told", async () => {
    const statePath = join(await mkdtemp(join(tmpdir(), "hashmere-proxy-")), "state");
    const complaints: string[] = [];
    const logger = { isEnabled: () => true, log: (_: string, text: string) => complaints.push(text) };
    const first = await openProxiedNode({ statePath });
    await using second = await openProxiedNode({ statePath, logger });
    await fetch(first.url("/key/k"), PERMANENT);
    await first[Symbol.asyncDispose]();
    await fetch(second.url("/key/k2"), PERMANENT);
    await second.proxy.close();
    expect(complaints.join()).toContain("give each proxy a file of its own");
    await using third = await openProxiedNode({ statePath });
    expect(third.proxy.stats.permanentPuts).toBe(1);
    expect((await fetch(third.url("/key/k/7"), { method: "DELETE", body: '{"client_id":"c","key":"T"}' })).status).toBe(
      200,
    );
  });

  test("holds what was put while the proxy closed", async () => {
    const statePath = join(await mkdtemp(join(tmpdir(), "hashmere-proxy-")), "state");
    {
      await using rig = await openProxiedNode({ statePath });
      const socket = await rawConnection(rig.port);
      const body = PERMANENT.body;
      socket.write(`POST /key/k HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 9)}`);
      const closed = rig.proxy.close();
      await new Promise(setImmediate);
      socket.write(body.slice(9));
      const [answer] = await once(socket, "data");
      expect(answer).toContain("200 OK");
      await closed;
    }
    await using rig = await openProxiedNode({ statePath });
    expect(rig.proxy.stats.permanentPuts).toBe(1);
  });
});

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

  test("ends every kind of stream properly, also for a reader who has yet to take megabytes", async () => {
    await using rig = await openProxiedNode({ limits: { maxStreamBytes: 64_000_000 } });
    const listens = await Promise.all([
      slowReader(rig.port, "/key/k/listen"),
      slowReader(rig.port, "/key/k/listen", EVENTS),
    ]);
    const page = await slowReader(rig.port, "/dashboard/events");
    await expect.poll(() => rig.proxy.stats.listens).toBe(2);
    await putMegabytes(rig.node);
    const gets = await Promise.all([slowReader(rig.port, "/key/k"), slowReader(rig.port, "/key/k", EVENTS)]);
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
  });

  test("cuts off, after a while, who takes nothing", async () => {
    await using rig = await openProxiedNode({ limits: { maxStreamBytes: 64_000_000 } });
    const listen = await slowReader(rig.port, "/key/k/listen");
    await expect.poll(() => rig.proxy.stats.listens).toBe(1);
    await putMegabytes(rig.node);
    const get = await slowReader(rig.port, "/key/k");
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
    const identity = await generateEcIdentity("server");
    const tls = { certificate: identity.certificate.pem(), key: await identity.key.serialize() };
    await using rig = await openProxiedNode({ tls });
    const wordless = await rawConnection(rig.port);
    const secure = connect({ port: rig.port, host: "127.0.0.1", rejectUnauthorized: false });
    await once(secure, "secureConnect");
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

test("each run of a proxy has a name of its own, though the node is the same", async () => {
  await using rig = await openProxiedNode();
  const info = async (url: string) => (await fetch(url)).json() as Promise<{ node_id: string; instance: string }>;
  const [first, still] = [await info(rig.url("/")), await info(rig.url("/node/info"))];
  await rig.proxy.close();
  await using again = await ProxyServer.open({ dht: rig.node, host: "127.0.0.1", port: 0 });
  const second = await info(again.url);
  expect(still.instance).toBe(first.instance);
  expect(second.node_id).toBe(first.node_id);
  expect(second.instance).not.toBe(first.instance);
  expect(first.instance).toMatch(/^[0-9a-f]{1,16}$/);
});

test("node info is the same at both its paths, and has an id only where the node has an identity", async () => {
  const identity = await generateEcIdentity("proxy");
  await using named = await openProxiedNode({}, { identity });
  await using nameless = await openProxiedNode();
  const info = async ({ url }: typeof named, path: string) => {
    const text = await (await fetch(url(path))).text();
    expect(text).toMatch(/^\{"[^\n]*\}\n$/);
    return JSON.parse(text) as Record<string, unknown>;
  };
  for (const path of ["/", "/node/info"]) {
    expect(await info(named, path)).toMatchObject({ id: `${named.node.id}`, node_id: `${named.node.nodeId}` });
    const { id, ...rest } = await info(nameless, path);
    expect(id).toBeUndefined();
    expect(rest).toMatchObject({
      node_id: `${nameless.node.nodeId}`,
      ops: 0,
      public_ip: "127.0.0.1",
      ipv4: { good: 1 },
    });
    expect(Object.keys(rest)).toEqual(Object.keys(rest).toSorted());
  }
});

test("a port that is taken, and a certificate that is none, are told in a sentence", async () => {
  await using rig = await openProxiedNode();
  const again = ProxyServer.open({ dht: rig.node, host: "127.0.0.1", port: rig.port });
  await expect(again).rejects.toThrow(ProxyServerError);
  await expect(again).rejects.toMatchObject({
    code: "ERR_PROXY_LISTEN",
    message: expect.stringContaining(`${rig.port}`),
  });
  const tls = { certificate: "no", key: "no" };
  await expect(ProxyServer.open({ dht: rig.node, port: 0, tls })).rejects.toMatchObject({ code: "ERR_PROXY_TLS" });
  const identity = await generateEcIdentity("server");
  const [certificate, key] = [identity.certificate.pem(), await identity.key.serialize()];
  const noAuthority = { certificate, key, clientCa: key };
  await expect(ProxyServer.open({ dht: rig.node, port: 0, tls: noAuthority })).rejects.toMatchObject({
    code: "ERR_PROXY_TLS",
    message: expect.stringContaining("authorities"),
  });
  await expect(ProxyServer.open({ dht: rig.node, port: 0, host: "203.0.113.1" })).rejects.toThrow(
    "is that an address of this machine?",
  );
});

describe("a proxy with TLS", () => {
  test("speaks HTTPS, and may ask for certificates of its clients", async () => {
    const server = await generateEcIdentity("server");
    const issuer = await generateEcIdentity("authority");
    const client = await generateEcIdentity("client", { issuer });
    const tls = {
      certificate: server.certificate.pem(),
      key: await server.key.serialize(),
      clientCa: issuer.certificate.pem(),
    };
    await using rig = await openProxiedNode({ tls });
    expect(rig.proxy.url).toMatch(/^https:/);
    expect(await statusOf(rig.port, client)).toBe(200);
    await expect(statusOf(rig.port)).rejects.toThrow();
    await expect(fetch(`http://127.0.0.1:${rig.port}/`)).rejects.toThrow();
  });
});

describe("a proxy with an identity", () => {
  test("signs and encrypts for its clients; one without refuses to", async () => {
    const identity = await generateIdentity("proxy");
    await using rig = await openProxiedNode({ identity }, { identity });
    const post = (path: string, body: unknown) => fetch(rig.url(path), { method: "POST", body: JSON.stringify(body) });
    const signed = await (await post("/key/k/sign", { id: "5", data: "aGk=" })).json();
    expect(signed).toMatchObject({ id: "5", data: "aGk=", seq: 0, owner: identity.key.publicKey.pem() });
    const to = `${rig.node.id}`;
    const encrypted = await (await post("/key/k/encrypt", { id: "9", data: "aGk=", to })).json();
    expect(encrypted).toMatchObject({ id: "9", data: "aGk=", to, sig: expect.any(String) });
    const [opened] = await rig.node.getAll("k", { where: undefined, filter: (value) => value.id === 9n });
    expect(opened?.text()).toBe("hi");
    expect((await post("/key/k/encrypt", { data: "aGk=", to: "foo" })).status).toBe(400);
    expect((await post("/key/k/encrypt", { data: "aGk=", to: `aa${"0".repeat(38)}` })).status).toBe(502);
    expect((await post("/key/k/sign", [])).status).toBe(500);
    await using other = await openProxiedNode();
    expect((await fetch(other.url("/key/k/sign"), { method: "POST", body: "{}" })).status).toBe(501);
  });
});

test("a proxy on a node without network says so, and its requests end", async () => {
  await using dht = await DhtRunner.run({ bind4: "127.0.0.1:0", bind6: null });
  await using proxy = await ProxyServer.open({ dht, host: "127.0.0.1", port: 0 });
  expect(proxy.health.status).toBe("alone");
  expect(await (await fetch(`${proxy.url}/key/k`)).text()).toBe("");
  expect((await fetch(`${proxy.url}/key/k`, { method: "POST", body: "{}" })).status).toBe(502);
});

const EVENTS = "Accept: text/event-stream\r\n";
/** Values of 60,000 bytes each: together more than the kernel takes for a reader. */
const MANY = 150;

async function putMegabytes(node: DhtRunner): Promise<void> {
  for (let index = 1; index <= MANY; index++) await node.put("k", new Uint8Array(60_000).fill(index));
}

/** A client who has got the head of an answer, and takes nothing more before it wants the rest. */
async function slowReader(port: number, path: string, headers = "") {
  const socket = await rawConnection(port);
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

/** A put of which the proxy has got all but the last ten bytes. */
async function tlsPut(port: number): Promise<TLSSocket> {
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
  await once(socket, "secureConnect");
  socket.write("POST /key/k HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n");
  await once(socket, "data"); // "continue": the head has arrived
  socket.write("{");
  return socket;
}

async function statusOf(port: number, client?: Identity): Promise<number> {
  const certificate = client && { cert: client.certificate.pem(), key: await client.key.serialize() };
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, rejectUnauthorized: false, agent: false as const, ...certificate };
    request(options, (response) => resolve(response.resume().statusCode ?? 0))
      .on("error", reject)
      .end();
  });
}
