import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateEcIdentity, generateIdentity, saveIdentity } from "@hashmere/crypto";
import { ProxyServer } from "@hashmere/proxy";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hashmere, start } from "../support/cli.ts";
import { NETWORK, startPeer } from "../support/network.ts";

let peer: Awaited<ReturnType<typeof startPeer>>;
let other: Awaited<ReturnType<typeof startPeer>>;
let proxy: ProxyServer;

beforeAll(async () => {
  [peer, other] = await Promise.all([startPeer(), startPeer()]);
  await peer.node.bootstrap(`${other.node.getBound()}`); // a proxy without network is none
  proxy = await ProxyServer.open({ dht: peer.node, port: 0, host: "127.0.0.1", dashboard: false });
});

afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await peer[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
});

describe("with --proxy", () => {
  test("put, get and listen act through a proxy", async () => {
    const through = ["--proxy", proxy.url];
    const put = await hashmere(["put", "room", "hey", ...through]);
    expect(put).toMatchObject({ status: 0, stderr: expect.stringMatching(/^stored on 1 of 1 node /) });
    expect((await other.node.getAll("room")).map((value) => value.text())).toEqual(["hey"]);
    expect(await hashmere(["get", "room", ...through])).toMatchObject({ status: 0, stdout: "hey" });
    const listened = await hashmere(["listen", "room", "--count", "1", ...through]);
    expect(listened.stdout).toMatch(/^\+ Value\[id:[0-9a-f]+ data\(text\/plain\):"hey"\]\n$/);
  });

  test("what isn't there, and what the proxy refuses, is told", async () => {
    const nothing = await hashmere(["get", "nothing", "--proxy", proxy.url]);
    expect(nothing).toMatchObject({ status: 4, stderr: expect.stringMatching(/^no value at "nothing" \(/) });
    const large = await hashmere(["put", "large", "-", "--proxy", proxy.url], new Uint8Array(65_536));
    expect(large).toMatchObject({ status: 5, stderr: expect.stringContaining("the proxy refuses the value") });
  });

  test("a proxy that isn't there is told as such, and a URL that is none", async () => {
    const dead = await hashmere(["get", "room", "--proxy", "127.0.0.1:9"]);
    expect(dead).toMatchObject({ status: 3, stderr: expect.stringContaining("through 127.0.0.1:9") });
    const wrong = await hashmere(["get", "room", "--proxy", "ftp://x"]);
    expect(wrong).toMatchObject({ status: 1, stderr: expect.stringContaining('"ftp://x" is no URL of a proxy') });
  });
});

test("a token for the proxy comes from the environment", async () => {
  const auth = { tokens: ["secret"] };
  await using guarded = await ProxyServer.open({ dht: peer.node, port: 0, host: "127.0.0.1", dashboard: false, auth });
  const get = ["get", "nothing", "--proxy", guarded.url];
  const without = await hashmere(get);
  expect(without).toMatchObject({ status: 3, stderr: expect.stringContaining("doesn't let us in") });
  await using running = start("hashmere", get, { HASHMERE_PROXY_TOKEN: "secret" });
  expect((await running.end()).status).toBe(4);
});

test("a proxy with an authority of its own is reached when that is named", async () => {
  const authority = await generateEcIdentity("authority");
  const server = await generateEcIdentity("localhost", { issuer: authority });
  const tls = { certificate: server.certificate.pem(), key: await server.key.serialize() };
  await using secure = await ProxyServer.open({ dht: peer.node, port: 0, host: "127.0.0.1", dashboard: false, tls });
  const url = `https://localhost:${new URL(secure.url).port}`;
  const ca = join(tmpdir(), `hashmere-authority-${process.pid}.pem`);
  await writeFile(ca, authority.certificate.pem());
  const without = await hashmere(["get", "nothing", "--proxy", url]);
  expect(without).toMatchObject({ status: 3, stderr: expect.stringMatching(/NODE_EXTRA_CA_CERTS[\s\S]*--ca/) });
  expect((await hashmere(["get", "nothing", "--proxy", url, "--ca", ca])).status).toBe(4);
  expect((await hashmere(["url", `${url}/healthz`])).stderr).toContain("--ca");
  expect(await hashmere(["url", `${url}/healthz`, "--ca", ca])).toMatchObject({ status: 0 });
  await writeFile(ca, "junk");
  const junk = await hashmere(["get", "nothing", "--proxy", url, "--ca", ca]);
  expect(junk).toMatchObject({ status: 1, stderr: expect.stringContaining("are they certificates") });
});

describe("a proxy that asks for certificates", () => {
  let secure: ProxyServer;
  let url: string;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "hashmere-client-certificate-"));
    const authority = await generateEcIdentity("authority");
    const server = await generateEcIdentity("localhost", { issuer: authority });
    await writeFile(join(folder, "ca.pem"), authority.certificate.pem());
    await saveIdentity(await generateIdentity("client", { issuer: authority, bits: 2048 }), join(folder, "client"));
    const certificate = server.certificate.pem();
    const tls = { certificate, key: await server.key.serialize(), clientCa: authority.certificate.pem() };
    secure = await ProxyServer.open({ dht: peer.node, port: 0, host: "127.0.0.1", dashboard: false, tls });
    url = `https://localhost:${new URL(secure.url).port}`;
  });

  afterAll(async () => {
    await secure[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const way = () => ["--proxy", url, "--ca", join(folder, "ca.pem")];
  const identity = () => ["--identity", join(folder, "client")];

  test("lets in who shows his identity", async () => {
    expect(await hashmere(["put", "guarded", "hey", ...way(), ...identity()])).toMatchObject({ status: 0 });
    expect(await hashmere(["get", "guarded", ...way(), ...identity()])).toMatchObject({ status: 0, stdout: "hey" });
    const health = ["url", `${url}/healthz`, "--ca", join(folder, "ca.pem"), ...identity()];
    expect(await hashmere(health)).toMatchObject({ status: 0 });
  });

  test("lets in nobody else, who is told how to show one", async () => {
    const without = await hashmere(["get", "guarded", ...way()]);
    expect(without).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/asks for a certificate, with --identity/),
    });
  });

  test("lets in dhtnode with its identity", async () => {
    const files = ["-c", join(folder, "client.crt"), "-k", join(folder, "client.pem")];
    const environment = { NODE_EXTRA_CA_CERTS: join(folder, "ca.pem") };
    await using running = start("dhtnode", ["--proxyclient", url, ...files, "-n", `${NETWORK}`], environment);
    running.say("p guarded by-dhtnode\n");
    await running.until(/Put: success/);
    expect((await running.end("x\n")).stderr).toBe("");
  });

  test("tells dhtnode with another identity that this may be none that it accepts", async () => {
    await saveIdentity(await generateIdentity("stranger", { bits: 2048 }), join(folder, "stranger"));
    const files = ["-c", join(folder, "stranger.crt"), "-k", join(folder, "stranger.pem")];
    const environment = { NODE_EXTRA_CA_CERTS: join(folder, "ca.pem") };
    await using running = start("dhtnode", ["--proxyclient", url, ...files, "-n", `${NETWORK}`], environment);
    await running.until(/the certificate shown may not be one that is accepted there/);
  });
});

describe("dhtnode", () => {
  test("with --proxyclient puts, gets and listens through the proxy", async () => {
    const { host } = new URL(proxy.url);
    await using running = start("dhtnode", ["--proxyclient", host, "-n", `${NETWORK}`]);
    running.say("p there foo\n");
    await running.until(/Put: success/);
    running.say("l there\n");
    await running.until(/Listen: found 1 values[\s\S]*"foo"/);
    running.say("g there\n");
    await running.until(/Get: completed/);
    const { status, stderr } = await running.end("x\n");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect((await other.node.getAll("there")).map((value) => value.text())).toEqual(["foo"]);
  });

  test("goes over to a proxy and back with stt and stp, and what it listens to goes on", async () => {
    await using running = start("dhtnode", ["-b", `${peer.node.getBound()}`, "-n", `${NETWORK}`]);
    running.say("l news\n");
    await running.until(/Listening, token: /);
    running.say(`stt ${proxy.url}\n`);
    await running.until(/Acting through the proxy/);
    await other.node.put("news", "through-the-proxy");
    await running.until(/"through-the-proxy"/);
    running.say("stp\n");
    await running.until(/Acting as a node/);
    await other.node.put("news", "by-itself");
    await running.until(/"by-itself"/);
    const { stdout } = await running.end("rp token\nx\n");
    expect(stdout.match(/"through-the-proxy"/g)).toHaveLength(1);
  });

  test("says that the proxy doesn't answer", async () => {
    await using running = start("dhtnode", ["--proxyclient", "127.0.0.1:9", "-n", `${NETWORK}`]);
    await running.until(
      /no way into the network through 127\.0\.0\.1:9 .* can't be reached.+ Trying again every minute/,
    );
    running.say("p room x\n");
    await running.until(/Put: failure, took .*\. Value ID: [0-9a-f]+: the proxy .* can't be reached/);
    running.say("a room 4222\n");
    await running.until(/Announce: failure \(took .*\): the proxy .* can't be reached/);
  });

  test("says why the proxy can't be used", async () => {
    const auth = { tokens: ["secret"] };
    await using guarded = await ProxyServer.open({
      dht: peer.node,
      port: 0,
      host: "127.0.0.1",
      dashboard: false,
      auth,
    });
    await using refused = start("dhtnode", ["--proxyclient", guarded.url, "-n", `${NETWORK}`]);
    await refused.until(/doesn't let us in \(status 401\).* Its token goes into HASHMERE_PROXY_TOKEN/);
    await using lost = start("dhtnode", ["--proxyclient", `${proxy.url}/nowhere`, "-n", `${NETWORK}`]);
    await lost.until(/is no OpenDHT proxy: is the URL right\?/);
  });

  test("blames the side that it acts through: a dead proxy no bootstrap host, and a living host for nothing", async () => {
    const host = `${peer.node.getBound()}`;
    await using running = start("dhtnode", ["-b", host, "-n", `${NETWORK}`]);
    await running.until(/>> /);
    running.say("stt 127.0.0.1:9\n");
    await running.until(/no way into the network through 127\.0\.0\.1:9 /);
    running.say("stp\ng nothing\n");
    await running.until(/Get: completed/);
    const { stderr } = await running.end("x\n");
    expect(stderr.match(/^.*(no way|no answer).*$/gm)).toEqual([expect.stringContaining("through 127.0.0.1:9 ")]);
  });

  test("says nothing against a proxy that it leaves", async () => {
    const args = ["--proxyclient", proxy.url, "-b", `${peer.node.getBound()}`, "-n", `${NETWORK}`];
    await using running = start("dhtnode", args);
    running.say("g nothing\n");
    await running.until(/Get: completed/);
    running.say("stp\n");
    await running.until(/Acting as a node/);
    running.say("g nobody\n");
    await running.until(/Get: completed[\s\S]*Get: completed/);
    expect((await running.end("x\n")).stderr).toBe("");
  });

  test("says what stt needs", async () => {
    await using running = start("dhtnode", ["-n", `${NETWORK}`]);
    expect((await running.end("stt\n")).stderr).toContain("is no URL of a proxy");
  });
});

describe("hashmere url", () => {
  test("prints what is there, with its headers if asked", async () => {
    const body = await hashmere(["url", `${proxy.url}/node/info`]);
    expect(body.status).toBe(0);
    expect(JSON.parse(body.stdout)).toMatchObject({ node_id: `${peer.node.nodeId}` });
    const all = await hashmere(["url", "-H", `${proxy.url}/node/info`]);
    expect(all.stdout).toMatch(/^access-control-allow-origin: \*\n[\s\S]*server: Hashmere\n\n\{/);
  });

  test("tells why nothing comes", async () => {
    expect(await hashmere(["url", "http://127.0.0.1:9/"])).toMatchObject({ status: 3, stdout: "" });
    for (const wrong of ["nonsense", "ftp://127.0.0.1/"])
      expect(await hashmere(["url", wrong])).toMatchObject({ status: 1, stderr: expect.stringContaining("no URL") });
  });
});
