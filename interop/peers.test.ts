import { afterEach, describe, expect, test } from "vitest";
import { startPeer } from "./peers/cast.ts";
import { Dhtnode } from "./peers/dhtnode.ts";
import { endpointOf, type InteropPeer, type PeerKind } from "./peers/interop-peer.ts";
import { PythonHost, PythonNode } from "./peers/python-node.ts";

// The drivers of the real programs, tried on the real programs alone: what fails here is not the fault of our node.

const PAIRS: readonly (readonly [PeerKind, PeerKind])[] = [
  ["dhtnode", "dhtnode"],
  ["python", "dhtnode"],
  ["dhtnode", "python"],
];
const NETWORK = 4_021;
const POLL = { timeout: 30_000, interval: 200 };
let resources = new AsyncDisposableStack();

afterEach(async () => {
  await resources.disposeAsync();
  resources = new AsyncDisposableStack();
});

describe.each(PAIRS)("%s and %s", (first, second) => {
  async function pair(): Promise<[InteropPeer, InteropPeer]> {
    const a = resources.use(await startPeer(first, { network: NETWORK }));
    const b = resources.use(await startPeer(second, { network: NETWORK, bootstrap: endpointOf(a) }));
    return [a, b];
  }

  test("a word put by one is got by the other", async () => {
    const [a, b] = await pair();
    const put = await b.put("greeting", word("hello"));
    expect(put.ok).toBe(true);
    const got = await a.get("greeting");
    expect(got.ok).toBe(true);
    expect(got.values).toMatchObject([{ id: put.id, userType: "text/plain" }]);
    expect(textOf(got.values[0])).toBe("hello");
  });

  test("a listener hears a put, and no more after it was cancelled", async () => {
    const [a, b] = await pair();
    const listener = await a.listen("news");
    await b.put("news", word("first"));
    const event = await listener.waitFor(({ value }) => textOf(value) === "first", "the value");
    expect(event.expired).toBe(false);
    await listener.cancel();
    await b.put("news", word("second"));
    expect(listener.events).toHaveLength(1);
  });

  test("each sees the other as a good node, and the storage log shows the value", async () => {
    const [a, b] = await pair();
    await b.put("greeting", word("hello"));
    await expect.poll(() => b.goodNodes(4), POLL).toEqual([a.nodeId]);
    await expect.poll(() => a.goodNodes(4), POLL).toEqual([b.nodeId]);
    expect([...(await a.storage()).values()]).toContainEqual({ values: 1, remoteListeners: 0 });
  });
});

test("dhtnode takes and prints words of 56 KiB", async () => {
  await using a = await Dhtnode.start({ network: NETWORK });
  await using b = await Dhtnode.start({ network: NETWORK, bootstrap: endpointOf(a) });
  const long = "x".repeat(57_344);
  expect((await b.put("large", word(long))).ok).toBe(true);
  expect(textOf((await a.get("large")).values[0])).toBe(long);
});

test("dhtnode answers field queries", async () => {
  await using a = await Dhtnode.start({ network: NETWORK });
  await using b = await Dhtnode.start({ network: NETWORK, bootstrap: endpointOf(a) });
  const { id } = await b.put("k", word("v"));
  const answer = await a.query("k", `SELECT id,user_type WHERE id=${id}`);
  expect(answer).toEqual({ ok: true, fields: [`Index[Id:${id.toString(16)},UserType:text/plain]`] });
});

test("Python nodes of one process find each other, ping and put values of any id and type", async () => {
  await using host = new PythonHost();
  const a = await host.startNode({ network: NETWORK });
  const b = await host.startNode({ network: NETWORK, bootstrap: endpointOf(a) });
  expect(await b.ping(a.port)).toBe(true);
  const data = Buffer.from([0, 1, 254, 255]);
  expect(await b.put("k", { data, id: 42n, type: 77, userType: "x/y" })).toEqual({ ok: true, id: 42n });
  expect((await a.get("k", "WHERE id=42")).values).toMatchObject([{ id: 42n, data, userType: "x/y" }]);
  expect((await a.get("k", "WHERE id=43")).values).toEqual([]);
});

test("a program that cannot start is an error, not a wait", async () => {
  await using a = await PythonNode.start();
  await expect(PythonNode.start({ port: a.port })).rejects.toThrow();
});

function word(text: string): { data: Uint8Array } & { userType: "text/plain" } {
  return { data: Buffer.from(text), userType: "text/plain" };
}

function textOf(value: { readonly data: Uint8Array | undefined } | undefined): string | undefined {
  return value?.data && Buffer.from(value.data).toString();
}
