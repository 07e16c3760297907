import { ICE_CANDIDATES, Value } from "@hashmere/dht";
import { ProxyClient, type ProxyClientOptions, PushNotificationResult } from "@hashmere/proxy/client";
import { describe, expect, test } from "vitest";
import { EventLog } from "../peers/event-log.ts";
import { endpointOf, type InteropPeer } from "../peers/interop-peer.ts";
import { OurProxy } from "../peers/our-proxy.ts";
import { type ProxyPeer, type ProxyPeerOptions, PushGateway, RealProxy } from "../peers/real-proxy.ts";
import { POLL, Stage } from "../peers/stage.ts";
import { textsOf, word } from "../peers/values.ts";

// Our client of proxies, at the proxy of the real dhtnode and at ours, in a network with a real node.

type StartProxy = (options: ProxyPeerOptions) => Promise<ProxyPeer>;

const PROXIES: readonly (readonly [name: string, start: StartProxy])[] = [
  ["the real proxy", RealProxy.start],
  ["our proxy", OurProxy.start],
];

async function connect(stage: Stage, options: ProxyClientOptions): Promise<ProxyClient> {
  const client = stage.use(await ProxyClient.open(options));
  await client.connected({ signal: AbortSignal.timeout(POLL.timeout) });
  return client;
}

/** What a listener hears, as `+text` and `-text`. */
function listen(client: ProxyClient, key: string): EventLog<string> {
  const events = new EventLog<string>();
  void (async () => {
    for await (const { value, expired } of client.listen(key)) events.push(`${expired ? "-" : "+"}${value.text()}`);
  })();
  return events;
}

describe.each(PROXIES)("through %s", (_, startProxy) => {
  async function setUp(
    stage: Stage,
    options: Pick<ProxyPeerOptions, "port" | "pushGateway"> = {},
  ): Promise<{ readonly node: InteropPeer; readonly proxy: ProxyPeer }> {
    const node = await stage.start("dhtnode");
    const proxy = await startProxy({ network: stage.network, bootstrap: endpointOf(node), ...options });
    return { node, proxy: stage.use(proxy) };
  }

  test("we are who it is, put what its network gets, and get what its network has", async () => {
    await using stage = new Stage();
    const { node, proxy } = await setUp(stage);
    const client = await connect(stage, { url: proxy.url });
    expect(client.nodeId.toString()).toBe(proxy.nodeId);
    expect(client.getPublicAddress().map(({ host }) => host)).toEqual(["127.0.0.1"]);
    const put = await client.put("123", "from the client");
    expect(put).toMatchObject({ ok: true, value: { userType: "text/plain" } });
    const got = await node.get("123");
    expect(got.values.map(({ id }) => id)).toEqual([put.value.id]);
    expect(textsOf(got.values)).toEqual(["from the client"]);
    await node.put("456", word("hey"));
    expect((await client.getAll("456")).map((value) => value.text())).toEqual(["hey"]);
    expect(await client.getAll("nothing")).toEqual([]);
  });

  test("what is too large for the network is refused, and we stay connected", async () => {
    await using stage = new Stage();
    const { proxy } = await setUp(stage);
    const client = await connect(stage, { url: proxy.url });
    const put = await client.put("large", new Uint8Array(65_536));
    expect(put).toMatchObject({ ok: false, error: { code: "ERR_PROXY_REFUSED" } });
    expect(put.error?.message).toContain("502");
    expect((await client.put("small", new Uint8Array(10_000))).ok).toBe(true);
    expect(client.status).toBe("connected");
  });

  test("a listener hears what is there, what is put, and what expires", async () => {
    await using stage = new Stage();
    const { node, proxy } = await setUp(stage);
    const client = await connect(stage, { url: proxy.url });
    await node.put("news", word("before"));
    const events = listen(client, "news");
    await events.waitFor((event) => event === "+before", "what was there", POLL.timeout);
    await node.put("news", word("after"));
    await events.waitFor((event) => event === "+after", "what came", POLL.timeout);
    // Of the types that the real node knows, this one lives for a minute alone.
    await client.put("news", new Value({ type: ICE_CANDIDATES.id, data: new TextEncoder().encode("soon gone") }));
    await events.waitFor((event) => event === "-soon gone", "what expired", 2 * POLL.timeout);
    expect(events.entries).toEqual(["+before", "+after", "+soon gone", "-soon gone"]);
  });

  test("listeners and permanent puts live through the end of the proxy and of its whole network", async () => {
    await using stage = new Stage();
    const before = await setUp(stage);
    const client = await connect(stage, { url: before.proxy.url });
    const events = listen(client, "news");
    const { ok, value } = await client.put("stays", "here", { permanent: true });
    expect(ok).toBe(true);
    await before.proxy[Symbol.asyncDispose]();
    await before.node.kill();
    await expect.poll(async () => (await client.put("x", "y")).ok, POLL).toBe(false);
    expect(client.status).toBe("disconnected");
    const { node } = await setUp(stage, { port: Number(new URL(before.proxy.url).port) });
    await client.connected({ signal: AbortSignal.timeout(POLL.timeout) });
    await expect.poll(async () => (await node.get("stays")).values.map(({ id }) => id), POLL).toEqual([value.id]);
    await node.put("news", word("again"));
    await events.waitFor((event) => event === "+again", "what came after the restart", POLL.timeout);
  });

  test("another proxy takes over, with what we listen to", async () => {
    await using stage = new Stage();
    const { node, proxy } = await setUp(stage);
    const other = stage.use(await startProxy({ network: stage.network, bootstrap: endpointOf(node) }));
    const client = await connect(stage, { url: [proxy.url, other.url] });
    const events = listen(client, "news");
    await node.put("news", word("one"));
    await events.waitFor((event) => event === "+one", "a value through the first proxy", POLL.timeout);
    await proxy[Symbol.asyncDispose]();
    await expect.poll(async () => (await client.put("x", "y")).ok, POLL).toBe(true);
    await expect.poll(() => client.nodeId.toString(), POLL).toBe(other.nodeId);
    await node.put("news", word("two"));
    await events.waitFor((event) => event === "+two", "a value through the second proxy", POLL.timeout);
  });

  test("with a token, its pushes tell us when to look", async () => {
    await using stage = new Stage();
    const gateway = stage.use(await PushGateway.start());
    const { node, proxy } = await setUp(stage, { pushGateway: gateway.endpoint });
    const push = { pushToken: "TOKEN", clientId: "me", platform: "android" };
    const client = await connect(stage, { url: proxy.url, ...push });
    const events = listen(client, "news");
    // The proxy answers a second subscription of the same client with the values that are there.
    const another = await connect(stage, { url: proxy.url, ...push });
    await expect.poll(async () => (await client.put("news", "one")).ok, POLL).toBe(true);
    await expect.poll(() => gateway.received.length, POLL).toBeGreaterThan(0);
    const [data = {}] = gateway.received;
    expect(data).toMatchObject({ to: "me", key: expect.any(String) });
    expect(await client.pushNotificationReceived(data)).toBe(PushNotificationResult.Values);
    await events.waitFor((event) => event === "+one", "the value that was pushed about", POLL.timeout);
    expect(await another.pushNotificationReceived(data)).toBe(PushNotificationResult.IgnoredWrongSession);
    const again = listen(another, "news");
    await again.waitFor((event) => event === "+one", "the value in the answer to a subscription", POLL.timeout);
    await node.put("news", word("two"));
    await expect.poll(() => gateway.received.length, POLL).toBeGreaterThan(1);
  });
});
