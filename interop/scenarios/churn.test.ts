import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { endpointOf, type InteropPeer } from "../peers/interop-peer.ts";
import { keyInHex } from "../peers/key-in-hex.ts";
import { PythonHost } from "../peers/python-node.ts";
import { OURS, POLL, Stage } from "../peers/stage.ts";
import { textsOf, word } from "../peers/values.ts";

// Real and own nodes in equal parts, that come and go while values are put and got.

const PAIRS = 8;
const LIFE_MS = 40_000;
const CHANGE_EVERY_MS = 2_500;
const USERS = 4;
/** Share of gets that find what was put just before. */
const WANTED_SHARE = 0.95;
const ROUNDS = 3;

describe("a network in which half of the nodes are real", () => {
  let stage: Stage;
  let host: PythonHost;
  let nodes: InteropPeer[];

  beforeEach(async () => {
    stage = new Stage();
    host = stage.use(new PythonHost());
    nodes = [];
    for (let i = 0; i < PAIRS; i++) for (const isReal of [true, false]) await join(isReal);
    for (const node of nodes) await expect.poll(async () => (await node.goodNodes(4)).length, POLL).toBeGreaterThan(0);
  }, 120_000);

  afterEach(() => stage[Symbol.asyncDispose]());

  test("finds its values while nodes leave with and without notice and others come", async () => {
    const end = performance.now() + LIFE_MS;
    let isOver = false;
    const changes = (async () => {
      for (let turn = 0; !isOver; turn++) {
        await sleep(CHANGE_EVERY_MS);
        const leaving = nodes.splice(randomInt(nodes.length), 1)[0];
        await (turn % 2 === 0 ? leaving?.kill() : leaving?.[Symbol.asyncDispose]());
        await join(leaving?.kind === "python");
      }
    })();

    let asked = 0;
    let found = 0;
    const user = async (name: number): Promise<void> => {
      for (let i = 0; performance.now() < end; i++) {
        const key = `life-${name}-${i}`;
        const [putter, getter] = [anyNode(), anyNode()];
        // A node may be on its way out just now: what it then says does not count.
        const put = await putter.put(key, word("v")).catch(() => undefined);
        const got = await getter.get(key).catch(() => undefined);
        if (!(put && got && nodes.includes(putter) && nodes.includes(getter))) continue;
        asked++;
        if (textsOf(got.values).includes("v")) found++;
      }
    };
    await Promise.all(Array.from({ length: USERS }, (_, name) => user(name)));
    isOver = true;
    await changes;
    expect(asked).toBeGreaterThan(50);
    expect(found / asked).toBeGreaterThanOrEqual(WANTED_SHARE);
  });

  test("takes new values when all that held the old ones are gone at once", async () => {
    const key = "target";
    for (let round = 0; round < ROUNDS; round++) {
      const user = await join(false);
      await expect.poll(async () => (await user.goodNodes(4)).length, POLL).toBeGreaterThan(0);
      const texts = [1, 2, 3].map((i) => `${round}-${i}`);
      for (const text of texts) expect((await user.put(key, word(text))).ok).toBe(true);
      const found = async (): Promise<unknown> => textsOf((await anyNode().get(key)).values);
      await expect.poll(found, POLL).toEqual(expect.arrayContaining(texts)); // some have joined only just now

      for (const node of [...nodes]) {
        if (((await node.storage()).get(keyInHex(key))?.values ?? 0) === 0) continue;
        nodes.splice(nodes.indexOf(node), 1);
        await node.kill();
        await join(node.kind === "python");
      }
    }
  });

  function anyNode(): InteropPeer {
    const node = nodes[randomInt(nodes.length)];
    if (node === undefined) throw new Error("no node is left");
    return node;
  }

  async function join(isReal: boolean): Promise<InteropPeer> {
    const way = nodes.length === 0 ? undefined : endpointOf(anyNode());
    const options = { network: stage.network, ...(way && { bootstrap: way }) };
    const node = isReal ? stage.use(await host.startNode(options)) : await stage.start(OURS, options);
    nodes.push(node);
    return node;
  }
});
