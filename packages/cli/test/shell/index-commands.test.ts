import { InfoHash, Pht } from "@hashmere/dht";
import { afterAll, beforeAll, expect, test } from "vitest";
import { start } from "../support/cli.ts";
import { NETWORK, startPeer } from "../support/network.ts";

let peer: Awaited<ReturnType<typeof startPeer>>;

beforeAll(async () => {
  peer = await startPeer();
});

afterAll(() => peer[Symbol.asyncDispose]());

function shell() {
  return start("dhtnode", ["-b", `${peer.node.getBound()}`, "-n", `${NETWORK}`]);
}

const bytes = (text: string) => new TextEncoder().encode(text);

test("ii inserts what others find, and il finds what others have inserted", async () => {
  await using rooms = new Pht("rooms", { city: 4, floor: 1 }, peer.node);
  const [ours, theirs] = [InfoHash.get("ours"), InfoHash.get("theirs")];
  await using running = shell();
  running.say(`ii rooms city:oslo,floor:1 ${ours}\n`);
  await running.until(/Pht::insert: done\.\n/);
  expect((await rooms.lookup({ city: bytes("oslo"), floor: bytes("1") })).values).toEqual([{ hash: ours, id: 0n }]);
  await rooms.insert({ city: bytes("rome"), floor: bytes("2") }, { hash: theirs, id: 0n });
  running.say("il rooms city:rome,floor:2\n");
  await running.until(new RegExp(`Pht::lookup: found entries!\n.*\n      ${theirs}\\[vid: 0\\]\n`, "s"));
  await running.until(/Pht::lookup: done\. took .*\n/);
  expect((await running.end("x\n")).status).toBe(0);
}, 20_000);

test("an insert at the end of the input comes to its end, and the program to its own", async () => {
  await using running = shell();
  const { status, stdout } = await running.end(`ii doors k:ab ${InfoHash.get("door")}\n`);
  expect(status).toBe(0);
  expect(stdout).toMatch(/Pht::insert: (done|failed)\.\n/);
}, 20_000);

test("lines that make no sense are answered", async () => {
  await using running = shell();
  const { stderr } = await running.end(
    ["il", "il rooms oslo", "ii rooms k:ab", "il rooms k:abc", "ii rooms x:a zz"].join("\n"),
  );
  expect(stderr.trim().split("\n")).toEqual([
    "You must enter the index name.",
    "Syntax: the key is field:value[,field:value…]",
    "Syntax error: invalid InfoHash.",
    "Key does not match the PHT key spec.",
    "Syntax error: invalid InfoHash.",
  ]);
}, 20_000);
