import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode } from "@msgpack/msgpack";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { endpointOf, type PeerKind } from "../peers/interop-peer.ts";
import { POLL, Stage } from "../peers/stage.ts";
import { textsOf, word } from "../peers/values.ts";

// The state file of `dhtnode -f`: either program goes on where the other stopped.

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hashmere-interop-"));
});

afterAll(() => rm(folder, { recursive: true }));

const SUCCESSIONS: readonly (readonly [PeerKind, PeerKind])[] = [
  ["dhtnode", "hashmere"],
  ["hashmere", "dhtnode"],
  ["hashmere", "hashmere"],
];

describe.each(SUCCESSIONS)("a state file of %s, taken over by %s", (writer, reader) => {
  test("carries the id and the peers: the successor is connected without a bootstrap", async () => {
    const statePath = join(folder, `${writer}-${reader}`);
    await using stage = new Stage();
    const other = await stage.start("dhtnode");
    const before = await stage.start(writer, { statePath, bootstrap: endpointOf(other) });
    const { nodeId } = before;
    await expect.poll(() => before.goodNodes(4), POLL).toEqual([other.nodeId]);
    await before[Symbol.asyncDispose]();

    const after = await stage.start(reader, { statePath });
    expect(after.nodeId).toBe(nodeId);
    await expect.poll(() => after.goodNodes(4), POLL).toEqual([other.nodeId]);
    expect((await after.put("k", word("v"))).ok).toBe(true);
    expect(textsOf((await other.get("k")).values)).toEqual(["v"]);
  });
});

test.each(["dhtnode", "hashmere"] as const)("%s writes v, id, nodes and values in this order", async (kind) => {
  const statePath = join(folder, `order-${kind}`);
  await using stage = new Stage();
  const other = await stage.start("dhtnode");
  const node = await stage.start(kind, { statePath, bootstrap: endpointOf(other) });
  await node.put("k", word("v"));
  await node[Symbol.asyncDispose]();
  const state = decode(await readFile(statePath), { useBigInt64: true });
  expect(Object.keys(state ?? {})).toEqual(["v", "id", "nodes", "values"]);
  expect(state).toMatchObject({
    v: 1,
    nodes: [{ addr: expect.any(Uint8Array) }],
    values: [[expect.any(Uint8Array), expect.any(Uint8Array)]],
  });
  expect(await readFile(`${statePath}_port.txt`, "utf8")).toBe(`${node.port}\n${node.port}\n`);
});
