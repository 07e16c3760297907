import { describe, expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { GREETING_BURST } from "../../src/node/greeter.ts";
import { createTestnet, type TestNode, Testnet } from "../../src/testnet/index.ts";
import { Value } from "../../src/value/index.ts";
import { encodeMessage } from "../../src/wire/index.ts";
import { type Question, Stranger } from "./stranger.ts";

const key = InfoHash.get("key");

/** Bytes in and bytes out for one question. */
function exchange(
  net: Testnet,
  node: TestNode,
  stranger: Stranger,
  question: Question,
): { asked: number; answered: number } {
  const query = { ...stranger.envelope(), ...question };
  const before = stranger.arrivals.length;
  stranger.send(node, query);
  net.scheduler.advance(50);
  const answered = stranger.arrivals.slice(before).reduce((sum, { bytes }) => sum + bytes.length, 0);
  return { asked: encodeMessage(query).length, answered };
}

describe("whoever shows no token", () => {
  test("gets eight nodes, a token and no more than 500 bytes for a find or get without values", async () => {
    const net = await createTestnet({ nodes: 40, latency: 1, families: [4, 6] });
    const stranger = new Stranger(net).beHonest();
    stranger.ask(net.node(0), { kind: "ping" });
    for (const question of [
      { kind: "find", target: key, want: 3 },
      { kind: "get", key, want: 3 },
    ] as const) {
      const { answered } = exchange(net, net.node(0), stranger, question);
      // 8 × 26 and 8 × 38 bytes of nodes, 32 of token, and the envelope (OpenDHT wire format, find).
      expect(answered).toBeLessThanOrEqual(8 * 26 + 8 * 38 + 32 + 130);
    }
  });

  test("gets a short error for a put or listen, and for a ping hardly more than he sent", () => {
    const net = new Testnet({ latency: 1 });
    const node = net.spawnOne();
    const stranger = new Stranger(net).beHonest();
    stranger.ask(node, { kind: "ping" });
    const token = new Uint8Array(32);
    const value = new Value({ id: 1n, data: new Uint8Array(100) });
    const put = exchange(net, node, stranger, { kind: "put", key, values: [value], announced: [], token });
    expect(put.answered).toBeLessThan(put.asked);
    const listen = exchange(net, node, stranger, { kind: "listen", key, socketId: 5, version: 1, token });
    expect(listen.answered).toBeLessThan(listen.asked);
    const ping = exchange(net, node, stranger, { kind: "ping" });
    expect(ping.answered).toBeLessThan(ping.asked * 1.5);
  });

  test("and forges many sources brings the node to greet only a bounded number of strangers", () => {
    const net = new Testnet({ latency: 1, config: { maxReqPerSec: -1 } });
    const node = net.spawnOne();
    const strangers = Array.from({ length: 400 }, (_, index) => new Stranger(net, `stranger ${index}`));
    for (const stranger of strangers) stranger.send(node, { kind: "ping", ...stranger.envelope() });
    net.scheduler.advance(100);
    const greeted = strangers.filter((stranger) => stranger.queries("ping").length > 0);
    expect(greeted.length).toBeGreaterThan(0);
    expect(greeted.length).toBeLessThanOrEqual(GREETING_BURST);
  });
});
