import { describe, expect, it } from "vitest";
import { NodeId } from "../../src/id/index.ts";
import { Testnet } from "../../src/testnet/index.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { bytesOf, hexOf, vectors } from "../support/vectors.ts";

const { server_id, prober_id, cases } = vectors.malformed;

/** Where we are stricter than the library, which takes ids of any length and values that crash its readers. */
const STRICTER = new Set([
  "sender id 19 bytes",
  "sender id 21 bytes starting with 00",
  "store nil",
  "store array",
  "store with 1-byte key",
  "find_node target 1 byte",
]);
/** Where the library lets the sender in, though it does not answer. We let nobody in whom we do not answer. */
const UNANSWERED = new Set(["store with str key", "find_node target 21 bytes ff"]);
/** A courtesy to nodes of the Python 2 era. */
const ANSWERED = new Set(["method name as bin"]);

describe("a datagram from a stranger", () => {
  it.each(cases)(
    "$name",
    async ({ name, datagram_hex, length, answered, sender_added_to_routing_table, keys_stored }) => {
      const net = new Testnet();
      const node = net.add({ id: NodeId.fromHex(server_id) });
      const prober = RawPeer.plain(net, NodeId.fromHex(prober_id));
      // The file leaves out the end of the longest one, a row of the letter z.
      const datagram = new Uint8Array(length).fill(0x7a);
      datagram.set(bytesOf(datagram_hex));
      prober.send(datagram, node.address);
      await net.advance(2_000);
      const isAnswered = ANSWERED.has(name) || (answered && !STRICTER.has(name));
      const isAdded =
        ANSWERED.has(name) || (sender_added_to_routing_table && !STRICTER.has(name) && !UNANSWERED.has(name));
      expect(prober.answers).toHaveLength(isAnswered ? 1 : 0);
      expect(node.engine.table.size).toBe(isAdded ? 1 : 0);
      expect(node.engine.stats.pairs).toBe(STRICTER.has(name) ? 0 : keys_stored);
      expect(node.engine.stats.malformed + node.engine.stats.answersDropped).toBe(isAnswered ? 0 : 1);

      prober.sendRequest({ method: "ping", sender: prober.id }, node.address);
      await net.advance(2_000);
      expect(prober.answers).toHaveLength(isAnswered ? 2 : 1);
    },
  );

  it("asks for stun by an empty text as well as by an empty array, and stays unknown", async () => {
    const net = new Testnet();
    const node = net.add();
    const prober = RawPeer.plain(net, NodeId.fromHex(prober_id));
    for (const args of ["90", "a0", "80"])
      prober.send(bytesOf(`00${"01".repeat(20)}92a47374756e${args}`), node.address);
    await net.advance(2_000);
    const host = Buffer.from(prober.address.host);
    const payload = `92${(0xa0 + host.length).toString(16)}${hexOf(host)}cd2114`;
    expect(prober.answers.map((datagram) => hexOf(datagram.subarray(21)))).toEqual(Array(3).fill(payload));
    expect(node.engine.table.size).toBe(0);
    expect(prober.requests).toEqual([]);
  });
});
