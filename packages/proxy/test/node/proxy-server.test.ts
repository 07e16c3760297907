import { once } from "node:events";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateEcIdentity, generateIdentity, type Identity } from "@hashmere/crypto";
import { DhtRunner } from "@hashmere/dht";
import { describe, expect, test } from "vitest";
import { ProxyServer, ProxyServerError } from "../../src/index.ts";
import { openProxiedNode } from "../support/proxied-node.ts";
import { rawConnection } from "../support/raw-http.ts";

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

async function statusOf(port: number, client?: Identity): Promise<number> {
  const certificate = client && { cert: client.certificate.pem(), key: await client.key.serialize() };
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, rejectUnauthorized: false, agent: false as const, ...certificate };
    request(options, (response) => resolve(response.resume().statusCode ?? 0))
      .on("error", reject)
      .end();
  });
}
