import { ProxyClient } from "@hashmere/proxy/client";
import { expect, test } from "vitest";
import { REAL_DHTNODE } from "../peers/debian-programs.ts";
import { EventLog } from "../peers/event-log.ts";
import { endpointOf } from "../peers/interop-peer.ts";
import { OUR_DHTNODE } from "../peers/our-programs.ts";
import { RealProxy } from "../peers/real-proxy.ts";
import { POLL, Stage } from "../peers/stage.ts";
import { word } from "../peers/values.ts";

// A proxy whose process is stopped keeps its connections and says nothing: what a machine does that is overloaded or gone.

/** Two proxies of a kind, a client of both that listens through the first, and a node. */
async function begin(stage: Stage, program: string) {
  const node = await stage.start("dhtnode");
  const terms = { network: stage.network, bootstrap: endpointOf(node) };
  const first = stage.use(await RealProxy.start(terms, program));
  const second = stage.use(await RealProxy.start(terms, program));
  const client = stage.use(await ProxyClient.open({ url: [first.url, second.url] }));
  await client.connected({ signal: AbortSignal.timeout(POLL.timeout) });
  const heard = new EventLog<string>();
  void (async () => {
    for await (const { value } of client.listen("news")) heard.push(value.text());
  })();
  await node.put("news", word("before"));
  await heard.waitFor((text) => text === "before", "what was put before", POLL.timeout);
  return { node, first, second, client, heard };
}

test.each([
  ["the real proxy", REAL_DHTNODE],
  ["our proxy", OUR_DHTNODE],
])("a put at %s that says nothing any more is done at the next one, and listeners go over", async (_, program) => {
  await using stage = new Stage();
  const { node, first, second, client, heard } = await begin(stage, program);
  first.freeze();
  const [put, values] = await Promise.all([client.put("elsewhere", "hello"), client.getAll("news")]);
  expect(put.ok).toBe(true);
  expect(values.map((value) => value.text())).toEqual(["before"]);
  await expect.poll(() => client.nodeId.toString(), POLL).toBe(second.nodeId);
  await node.put("news", word("after"));
  await heard.waitFor((text) => text === "after", "what was put after", POLL.timeout);
});

test("a listener at our proxy goes over by itself when there are no heartbeats any more", async () => {
  await using stage = new Stage();
  const { node, first, second, client, heard } = await begin(stage, OUR_DHTNODE);
  first.freeze();
  await node.put("news", word("after"));
  await heard.waitFor((text) => text === "after", "what was put after", 2 * POLL.timeout);
  expect(client.nodeId.toString()).toBe(second.nodeId);
});
