import { describe, expect, test } from "vitest";
import { SockAddr } from "../../src/address/index.ts";
import { InfoHash } from "../../src/id/index.ts";
import { LostPeers, MAX_LOST_PEERS, MAX_RETRIES } from "../../src/node/lost-peers.ts";
import { SeededRandom } from "../../src/random/index.ts";
import { NEVER, Peer } from "../../src/routing/index.ts";

const random = new SeededRandom(1);

function peer(name: string, repliedAt = 5): Peer {
  const made = new Peer(InfoHash.get(name), SockAddr.ipv4(0x0a000001, 4222), false, random);
  made.repliedAt = repliedAt;
  return made;
}

describe("lost peers", () => {
  test("are those that answered once, until they answer again", () => {
    const lost = new LostPeers(random);
    const [known, stranger] = [peer("known"), peer("stranger", NEVER)];
    lost.add(known);
    lost.add(stranger);
    expect(lost.all.map(({ id }) => id)).toEqual([known.id]);
    expect(lost.next()?.id).toEqual(known.id);
    lost.remove(known);
    expect(lost.next()).toBeUndefined();
  });

  test("are also those that somebody has named, until they answer", () => {
    const lost = new LostPeers(random);
    const named = peer("named", NEVER);
    lost.addNamed(named);
    lost.addNamed(named);
    expect(lost.all).toHaveLength(1);
    lost.remove(named);
    expect(lost.all).toEqual([]);
  });

  test(`are at most ${MAX_LOST_PEERS}: the one lost first gives way`, () => {
    const lost = new LostPeers(random);
    for (let i = 0; i <= MAX_LOST_PEERS; i++) lost.add(peer(`peer ${i}`));
    expect(lost.all).toHaveLength(MAX_LOST_PEERS);
    expect(lost.all[0]?.id).toEqual(InfoHash.get("peer 1"));
  });

  test(`are tried ${MAX_RETRIES} times, then forgotten`, () => {
    const lost = new LostPeers(random);
    lost.add(peer("gone"));
    for (let i = 0; i < MAX_RETRIES; i++) expect(lost.next()).toBeDefined();
    expect(lost.next()).toBeUndefined();
  });
});
