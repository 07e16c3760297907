import { describe, expect, test } from "vitest";
import { DhtnodeShell } from "../peers/dhtnode-shell.ts";
import { endpointOf, type InteropPeer } from "../peers/interop-peer.ts";
import { OurProxy } from "../peers/our-proxy.ts";
import { PushGateway } from "../peers/real-proxy.ts";
import { POLL, Stage } from "../peers/stage.ts";
import { textsOf, word } from "../peers/values.ts";

// The real dhtnode as a client of our proxy, in a network with another real node.

interface Cast {
  readonly node: InteropPeer;
  readonly proxy: OurProxy;
  readonly client: DhtnodeShell;
}

async function setUp(stage: Stage, gateway?: PushGateway, options: readonly string[] = []): Promise<Cast> {
  const node = await stage.start("dhtnode");
  const { network } = stage;
  const pushGateway = gateway?.endpoint;
  const proxy = stage.use(await OurProxy.start({ network, bootstrap: endpointOf(node), pushGateway }));
  const proxyClient = ["--proxyclient", new URL(proxy.url).host, ...options];
  const client = stage.use(await DhtnodeShell.start({ network, options: proxyClient }));
  return { node, proxy, client };
}

const put = (client: DhtnodeShell, key: string, text: string) => client.run(`p ${key} ${text}`, /^Put: /);

describe("a real proxy client at our proxy", () => {
  test("puts what its network gets, and gets what its network has", async () => {
    await using stage = new Stage();
    const { node, client } = await setUp(stage);
    expect((await put(client, "123", "hello")).at(-1)).toMatch(/^Put: success/);
    expect(textsOf((await node.get("123")).values)).toEqual(["hello"]);
    await node.put("456", word("hey"));
    expect((await client.get("456")).map(({ text }) => text)).toEqual(["hey"]);
    expect(await client.get("nothing")).toEqual([]);
  });

  test("hears what others put where it listens", async () => {
    await using stage = new Stage();
    const { node, client } = await setUp(stage);
    await node.put("room", word("before"));
    await client.run("l room", /data\(text\/plain\):"before"/);
    const heard = client.run("ls", /data\(text\/plain\):"after"/);
    await node.put("room", word("after"));
    await heard;
  });

  test("puts permanently: the proxy goes on announcing when the client is gone", async () => {
    await using stage = new Stage();
    const { node, proxy, client } = await setUp(stage);
    expect((await client.run("pp stays here", /^Put: /)).at(-1)).toMatch(/^Put: success/);
    expect(textsOf((await node.get("stays")).values)).toEqual(["here"]);
    expect(await statisticsOf(proxy)).toMatchObject({ putCount: 1, totalPermanentPuts: 1 });
  });

  test("with a device key is told by push, and gets what is new", async () => {
    await using stage = new Stage();
    const gateway = stage.use(await PushGateway.start());
    const { node, proxy, client } = await setUp(stage, gateway, ["--devicekey", "DEVICE"]);
    await client.run("l room", /^Listening, token: /);
    await expect.poll(async () => statisticsOf(proxy), POLL).toMatchObject({ pushListenersCount: 1 });
    await node.put("room", word("news"));
    await expect
      .poll(() => gateway.received.at(-1), POLL)
      .toMatchObject({
        key: expect.stringMatching(/^[0-9a-f]{40}$/),
        to: "dhtnode",
        ids: expect.stringMatching(/^\d+$/),
        s: expect.stringMatching(/^.{8}$/),
      });
  });
});

async function statisticsOf(proxy: OurProxy): Promise<unknown> {
  return (await fetch(`${proxy.url}/node/stats`)).json();
}
