import { InfoHash } from "@hashmere/dht";
import { describe, expect, test } from "vitest";
import { REAL_DHTNODE } from "../peers/debian-programs.ts";
import { DhtnodeShell } from "../peers/dhtnode-shell.ts";
import { LOOPBACK_4 } from "../peers/interop-peer.ts";
import { OUR_DHTNODE } from "../peers/our-programs.ts";
import { POLL, Stage } from "../peers/stage.ts";

// Our dhtnode under the driver of the real one: what scripts write and read, and what the two say to each other.

const PROGRAMS = {
  dhtnode: REAL_DHTNODE,
  hashmere: OUR_DHTNODE,
} as const;
type Program = keyof typeof PROGRAMS;

const PAIRS: readonly (readonly [Program, Program])[] = [
  ["hashmere", "dhtnode"],
  ["dhtnode", "hashmere"],
];

/** Two shells with new identities, the second one joined to the first. */
async function pair(stage: Stage, [first, second]: readonly [Program, Program]): Promise<[DhtnodeShell, DhtnodeShell]> {
  const { network } = stage;
  const options = ["-i"];
  const a = stage.use(await DhtnodeShell.start({ network, options, program: PROGRAMS[first] }));
  const bootstrap = { host: LOOPBACK_4, port: a.port };
  const b = stage.use(await DhtnodeShell.start({ network, options, bootstrap, program: PROGRAMS[second] }));
  await expect.poll(async () => (await b.run("ll", /^Known nodes: /)).at(-1), POLL).toMatch(/^Known nodes: [1-9]/);
  return [a, b];
}

describe.each(PAIRS)("%s and %s", (...programs) => {
  test("read each other's signed and encrypted values, and entries of an index", async () => {
    await using stage = new Stage();
    const [a, b] = await pair(stage, programs);
    for (const [from, to, room] of [
      [a, b, "there"],
      [b, a, "back"],
    ] as const) {
      expect(await from.putSigned(room, "signed")).toBe(true);
      expect(await to.get(room)).toMatchObject([{ text: "signed", seq: 0, isDecrypted: false }]);
      await expect.poll(() => from.putEncrypted(`${room}-secret`, to.publicKeyId, "secret"), POLL).toBe(true);
      expect(await to.get(`${room}-secret`)).toMatchObject([{ text: "secret", isDecrypted: true }]);
      const hash = InfoHash.get(room);
      await from.run(`ii rooms k:${room.slice(0, 4)} ${hash}`, /^Pht::insert: done/);
      expect((await to.run(`il rooms k:${room.slice(0, 4)}`, /^Pht::lookup: done/)).join("\n")).toContain(`${hash}`);
    }
  });
});
