import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Testnet } from "../../src/testnet/index.ts";
import { idOf } from "../support/ids.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { bytesOf, vectors } from "../support/vectors.ts";

/** A node whose only contact answers finds with the given payload. */
async function withHostilePeer(payload: Uint8Array, seed = 1) {
  const errors: unknown[] = [];
  const net = new Testnet({ seed });
  const node = net.add({ onEvent: (event) => event.type === "error" && errors.push(event.error) });
  const peer = RawPeer.plain(net, idOf("hostile"));
  peer.onRequest = (request) =>
    request.method === "find_node" || request.method === "find_value" ? payload : peer.plainAnswer(request);
  peer.sendRequest({ method: "ping", sender: peer.id }, node.address);
  await net.advance(1_000);
  expect(node.engine.table.size).toBe(1);
  return { net, node, peer, errors };
}

describe("an answer that makes the Python library fail", () => {
  it.each(vectors.hostile_answers)("to $answer_to: $name", async ({ answer_to, name, payload_hex }) => {
    const { node, net, errors } = await withHostilePeer(bytesOf(payload_hex));
    const got = await node.get("key");
    if (answer_to === "find_value" && name === "map with extra key") {
      expect(got).toMatchObject({ found: true, value: "ok" });
    } else {
      expect(got).toMatchObject({ found: false });
    }
    const set = await node.set("key", "value");
    expect(["boolean"]).toContain(typeof set.ok);
    await net.settle(node.engine.bootstrap([]));
    expect(errors).toEqual([]);
  });

  it("of random bytes, throws nothing and ends", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 80 }), fc.nat(), async (payload, seed) => {
        const { node, errors } = await withHostilePeer(payload, seed);
        await node.get("key");
        await node.set("key", "value");
        expect(errors).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

describe("a peer that names ever nearer nodes that do not exist", () => {
  it("cannot keep a lookup from ending", async () => {
    const net = new Testnet();
    const node = net.add();
    const peer = RawPeer.plain(net, idOf("liar"));
    let invented = 0;
    peer.onRequest = (request) => {
      if (request.method !== "find_node") return peer.plainAnswer(request);
      const nodes = Array.from({ length: 60 }, () => {
        const id = request.target.randomWithSamePrefix(Math.min(invented++ >> 2, 150), {
          uint32: () => invented,
          fill: (bytes) => bytes.fill(invented & 255),
        });
        return { id, address: net.nextAddress() };
      });
      return { kind: "nodes", nodes };
    };
    peer.sendRequest({ method: "ping", sender: peer.id }, node.address);
    await net.advance(1_000);
    const begun = net.scheduler.now();
    const set = await node.set("key", "value");
    expect(set).toMatchObject({ ok: true, acknowledged: 1 });
    expect(net.scheduler.now() - begun).toBeLessThan(60_000);
    expect(node.engine.stats.requestsSent).toBeLessThan(400);
  });

  it("cannot fill the answers with its own address under many ids", async () => {
    const net = new Testnet();
    const node = net.add();
    const peer = RawPeer.plain(net, idOf("many"));
    peer.onRequest = (request) => {
      if (request.method !== "find_node") return peer.plainAnswer(request);
      const nodes = Array.from({ length: 20 }, (_, index) => ({ id: idOf(`mask-${index}`), address: peer.address }));
      return { kind: "nodes", nodes };
    };
    peer.sendRequest({ method: "ping", sender: peer.id }, node.address);
    await net.advance(1_000);
    expect(await node.set("key", "value")).toMatchObject({ ok: true, asked: 1, acknowledged: 1 });
    expect(peer.requestsOf("store")).toHaveLength(1);
    expect(node.engine.table.size).toBe(1);
  });
});
