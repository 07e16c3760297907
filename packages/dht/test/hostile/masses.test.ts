import { expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { type TestNode, Testnet } from "../../src/testnet/index.ts";
import { Value } from "../../src/value/index.ts";
import { encodeMessage } from "../../src/wire/index.ts";
import { Stranger } from "../node/stranger.ts";

const KEYS = 100_000;
const LISTENERS = 4;

test(`${KEYS} keys, all with a value and a listener, come and go, and nothing of them is left`, {
  timeout: 60_000,
}, () => {
  const net = new Testnet({ latency: 1, config: { maxReqPerSec: -1 } });
  const [node] = net.spawn(1) as [TestNode];
  const listeners = Array.from({ length: LISTENERS }, (_, i) => new Stranger(net, `listener ${i}`).beHonest());
  const tokens = listeners.map((listener) => listener.token(node));
  const idleTimers = net.scheduler.pending;

  const keys = Array.from({ length: KEYS }, (_, i) => InfoHash.get(`key ${i}`));
  for (const [i, key] of keys.entries()) {
    const [stranger, token] = [listeners[i % LISTENERS], tokens[i % LISTENERS]];
    if (stranger === undefined || token === undefined) throw new RangeError("each listener has a token");
    const give = (question: Parameters<typeof encodeMessage>[0]) =>
      node.dht.receive(encodeMessage(question), stranger.address);
    give({ kind: "listen", ...stranger.envelope(), key, socketId: i + 1, version: 1, token });
    give({ kind: "put", ...stranger.envelope(), key, values: [new Value({ id: 1n })], announced: [], token });
  }
  expect(node.dht.info()).toMatchObject({ storageValues: KEYS });

  // All of them expire in the same moment, then the subscriptions.
  net.scheduler.advance(11 * 60_000);
  expect(node.dht.info()).toMatchObject({ storageValues: 0, storageSize: 0 });
  net.scheduler.advance(11 * 60_000);
  expect(node.dht.storageLog()).toContain("Total 0 storages, 0 values");
  expect(net.scheduler.pending).toBeLessThanOrEqual(idleTimers + LISTENERS);
  expect(listeners[0]?.ask(node, { kind: "ping" })).toHaveLength(1);
});
