import { DhtRunner, InfoHash, Pht } from "@hashmere/dht";
import { expect, test } from "vitest";
import { DhtnodeShell } from "../peers/dhtnode-shell.ts";
import { LOOPBACK_4 } from "../peers/interop-peer.ts";
import { POLL, Stage } from "../peers/stage.ts";

// Prefix hash trees: what one program inserts in an index, the other finds there.

interface IndexPair {
  readonly index: (name: string, spec: Readonly<Record<string, number>>) => Pht;
  readonly theirs: DhtnodeShell;
}

async function pair(stage: Stage): Promise<IndexPair> {
  const { network } = stage;
  const ours = stage.use(
    await DhtRunner.run({ network, bind4: LOOPBACK_4, bind6: null, maxReqPerSec: -1, maxPeerReqPerSec: -1 }),
  );
  const bootstrap = { host: LOOPBACK_4, port: ours.getBound(4)?.port ?? 0 };
  const theirs = stage.use(await DhtnodeShell.start({ network, bootstrap }));
  await ours.connected();
  await expect.poll(() => theirs.run("ll", /Known nodes: 1 good/).then(() => true), POLL).toBe(true);
  return { index: (name, spec) => stage.use(new Pht(name, spec, ours)), theirs };
}

const bytes = (text: string) => new TextEncoder().encode(text);

async function insertTheirs(theirs: DhtnodeShell, index: string, key: string, hash: InfoHash): Promise<void> {
  const lines = await theirs.run(`ii ${index} ${key} ${hash}`, /^Pht::insert: /);
  expect(lines.at(-1)).toContain("done");
}

async function lookUpTheirs(theirs: DhtnodeShell, index: string, key: string): Promise<string> {
  return (await theirs.run(`il ${index} ${key}`, /^Pht::lookup: (done|failed)/)).join("\n");
}

test("an entry of ours is found by dhtnode, and one of dhtnode's by us", async () => {
  await using stage = new Stage();
  const { index, theirs } = await pair(stage);
  const rooms = index("rooms", { k: 2 });
  expect(await rooms.insert({ k: bytes("ab") }, { hash: InfoHash.get("ours"), id: 0n })).toBe(true);
  expect(await lookUpTheirs(theirs, "rooms", "k:ab")).toContain(InfoHash.get("ours").toString());
  await insertTheirs(theirs, "rooms", "k:cd", InfoHash.get("theirs"));
  const found = await rooms.lookup({ k: bytes("cd") });
  expect(found).toMatchObject({ ok: true, values: [{ hash: InfoHash.get("theirs"), id: 0n }] });
});

test("of several fields, too", async () => {
  await using stage = new Stage();
  const { index, theirs } = await pair(stage);
  const places = index("places", { x: 2, y: 3 });
  expect(await places.insert({ x: bytes("12"), y: bytes("345") }, { hash: InfoHash.get("ours"), id: 0n })).toBe(true);
  expect(await lookUpTheirs(theirs, "places", "x:12,y:345")).toContain(InfoHash.get("ours").toString());
  await insertTheirs(theirs, "places", "x:67,y:890", InfoHash.get("theirs"));
  const found = await places.lookup({ x: bytes("67"), y: bytes("890") });
  expect(found.values).toEqual([{ hash: InfoHash.get("theirs"), id: 0n }]);
});

test("a tree that ours has split is read by dhtnode, and grown by it, and read by us again", async () => {
  await using stage = new Stage();
  const { index, theirs } = await pair(stage);
  const rooms = index("split", { k: 3 });
  const words = Array.from({ length: 20 }, (_, n) => `${String.fromCharCode(97 + n)}${n % 10}z`);
  for (const word of words) {
    expect(await rooms.insert({ k: bytes(word) }, { hash: InfoHash.get(word), id: 0n })).toBe(true);
  }
  for (const word of words) {
    expect(await lookUpTheirs(theirs, "split", `k:${word}`)).toContain(InfoHash.get(word).toString());
  }
  const more = words.map((word) => `${word.slice(0, 2)}y`);
  for (const word of more) await insertTheirs(theirs, "split", `k:${word}`, InfoHash.get(word));
  for (const word of [...words, ...more]) {
    expect((await rooms.lookup({ k: bytes(word) })).values).toEqual([{ hash: InfoHash.get(word), id: 0n }]);
  }
});
