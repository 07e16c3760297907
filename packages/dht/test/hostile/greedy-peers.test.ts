import { describe, expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { MAX_FETCHED_BYTES, MAX_PAGES_UNDER_WAY } from "../../src/search/limits.ts";
import { type TestNode, Testnet } from "../../src/testnet/index.ts";
import { Value } from "../../src/value/index.ts";
import { Stranger } from "../node/stranger.ts";

const SIZE = 60_000;
const token = new Uint8Array(32);
const large = (id: bigint) => new Value({ id, data: new Uint8Array(SIZE) });

describe("a peer that sends more than anybody could want", () => {
  test("in answer to a get is asked for no more than its share, and the get ends well", () => {
    const net = new Testnet({ latency: 1 });
    const [node] = net.spawn(1) as [TestNode];
    const greedy = new Stranger(net);
    const listed = Array.from({ length: 5000 }, (_, i) => ({ id: BigInt(i + 1) }));
    greedy.onQuery = (query, from) => {
      if (query.kind !== "get") greedy.reply(query, from, { token });
      else if (query.query?.select.isEmpty === false) {
        greedy.reply(query, from, { token, fields: listed, fieldOrder: query.query.select.fields });
      } else {
        const [restriction] = query.query?.where.restrictions ?? [];
        greedy.reply(query, from, {
          token,
          values: [large(typeof restriction?.value === "bigint" ? restriction.value : 1n)],
        });
      }
    };
    node.dht.ping(greedy.address);
    net.scheduler.advance(100);
    let bytes = 0;
    const ended: boolean[] = [];
    node.dht.get(InfoHash.get("key"), {
      onValues: (values) => {
        for (const { size } of values) bytes += size;
      },
      onDone: ({ ok }) => ended.push(ok),
    });
    net.scheduler.advance(60_000);
    expect(ended).toEqual([true]);
    expect(bytes).toBeGreaterThan(MAX_FETCHED_BYTES);
    expect(bytes).toBeLessThanOrEqual(MAX_FETCHED_BYTES + (MAX_PAGES_UNDER_WAY + 1) * SIZE);
  });
});
