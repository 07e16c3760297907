import { describe, expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { DhtNode, type DhtNodeOptions } from "../../src/node/index.ts";
import { SeededRandom } from "../../src/random/index.ts";
import { Testnet } from "../../src/testnet/index.ts";
import { Query, Value, ValueTypeRegistry } from "../../src/value/index.ts";
import { Stranger } from "../node/stranger.ts";

const key = InfoHash.get("key");
const value = (id: bigint, type = 0) => new Value({ id, type, data: Uint8Array.of(1) });

/** Somebody who holds three values under every key, and tells listeners of a fourth. */
function holder(net: Testnet): Stranger {
  const stranger = new Stranger(net, "holder");
  stranger.onQuery = (query, from) => {
    const token = new Uint8Array(32);
    if (query.kind === "put") stranger.reply(query, from, { valueId: query.values[0]?.id });
    else if (query.kind !== "get") stranger.reply(query, from, { token });
    else if (query.query?.select.isEmpty === false) {
      const fields = [1n, 2n, 3n].map((id) => ({ id, seq: 0 }));
      stranger.reply(query, from, { token, fields, fieldOrder: query.query.select.fields });
    } else stranger.reply(query, from, { token, values: [1n, 2n, 3n].map((id) => value(id)) });
    if (query.kind !== "listen") return;
    const news = {
      kind: "update",
      key: query.key,
      token,
      version: 1,
      announced: [],
      refreshed: [],
      expired: [],
    } as const;
    stranger.send(from, { ...stranger.envelope(), ...news, socketId: query.socketId, values: [value(4n)] });
  };
  return stranger;
}

const ignore = () => {};
/** Takes every value, but has something done first. */
const passing = (act: () => void) => () => {
  act();
  return true;
};

/** Ways to be called by a node, of which one ends it. */
const OCCASIONS: Readonly<Record<string, (dht: DhtNode, end: () => void) => void>> = {
  "get: values": (dht, end) => dht.get(key, { onValues: end, onDone: ignore }),
  "get: filter": (dht, end) => dht.get(key, { filter: passing(end), onValues: ignore, onDone: ignore }),
  "get: done": (dht, end) => dht.get(key, { onValues: ignore, onDone: end }),
  "query: fields": (dht, end) => dht.query(key, Query.parse("SELECT id"), { onFields: end, onDone: ignore }),
  "query: done": (dht, end) => dht.query(key, Query.parse("SELECT id"), { onFields: ignore, onDone: end }),
  "put: done": (dht, end) => dht.put(key, value(9n), { onDone: end }),
  "permanent put: done": (dht, end) => dht.put(key, value(9n), { permanent: true, onDone: end }),
  "listen: values": (dht, end) => dht.listen(key, { onValues: end }),
  "listen: own value": (dht, end) => {
    dht.listen(key, { onValues: end });
    dht.put(key, value(8n));
  },
  "listen: filter": (dht, end) => dht.listen(key, { filter: passing(end), onValues: ignore }),
  "observer: received": (dht, end) => dht.observe({ onReceived: end, onSent: ignore }),
  "observer: sent": (dht, end) => dht.observe({ onReceived: ignore, onSent: end }),
};

function newNode(net: Testnet, options: Partial<DhtNodeOptions>): { dht: DhtNode; address: Stranger["address"] } {
  const endpoint = net.attach();
  const { address4 } = endpoint;
  if (address4 === undefined) throw new Error("an endpoint of this testnet has an IPv4 address");
  const dht = new DhtNode({
    scheduler: net.scheduler,
    random: new SeededRandom(5),
    families: { 4: true, 6: false },
    send: (datagram, to) => endpoint.send(datagram, to),
    ...options,
  });
  endpoint.receiver = (datagram, from) => dht.receive(datagram, from);
  return { dht, address: address4 };
}

describe("a node that is closed by a callback of", () => {
  test.each(Object.entries(OCCASIONS))("%s ends there, quietly and altogether", (_, begin) => {
    const net = new Testnet({ latency: 1 });
    const { dht } = newNode(net, {});
    const stranger = holder(net);
    dht.ping(stranger.address);
    net.scheduler.advance(100);
    let ends = 0;
    let calledAfterwards = 0;
    dht.get(InfoHash.get("another"), { onValues: () => void calledAfterwards++, onDone: () => {} });
    begin(dht, () => {
      ends++;
      dht.close();
      calledAfterwards = 0;
    });
    net.scheduler.advance(60_000);
    expect(ends).toBeGreaterThan(0);
    expect(calledAfterwards).toBe(0);
    expect(net.scheduler.pending).toBe(0);
    const sent = stranger.arrivals.length;
    dht.put(key, value(1n));
    dht.close();
    net.scheduler.advance(60_000);
    expect(stranger.arrivals).toHaveLength(sent);
  });

  test("its status, its public address or a type's policy ends there too", () => {
    for (const occasion of ["status", "address", "policy"] as const) {
      const net = new Testnet({ latency: 1 });
      const types = new ValueTypeRegistry();
      const ended: string[] = [];
      const endAt = (name: string) => () => {
        if (name !== occasion) return true;
        ended.push(name);
        dht.close();
        return true;
      };
      types.registerInsecure({ id: 77, name: "t", expirationMs: 60_000, storePolicy: endAt("policy") });
      const { dht, address } = newNode(net, {
        types,
        events: { onStatus: endAt("status"), onPublicAddress: endAt("address") },
      });
      const stranger = holder(net);
      dht.ping(stranger.address);
      net.scheduler.advance(100);
      const put = { kind: "put", key, values: [value(1n, 77)], announced: [] } as const;
      stranger.send(address, { kind: "find", ...stranger.envelope(), target: key });
      net.scheduler.advance(10);
      const reply = stranger.arrivals.findLast(({ message }) => message.kind === "reply")?.message;
      const token = (reply?.kind === "reply" && reply.token) || new Uint8Array(32);
      stranger.send(address, { ...put, ...stranger.envelope(), token });
      net.scheduler.advance(60_000);
      expect(ended.length, occasion).toBeGreaterThan(0);
      dht.close();
      net.scheduler.advance(60_000);
      expect(net.scheduler.pending, occasion).toBe(0);
    }
  });
});
