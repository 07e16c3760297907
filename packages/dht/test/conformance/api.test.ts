// What the description of the programming interface promises and no other test holds.

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  DhtMessage,
  DhtRunner,
  type DhtRunnerConfig,
  Field,
  Filters,
  ImMessage,
  InfoHash,
  NotRunningError,
  PeerDiscovery,
  PkId,
  Query,
  StateFileError,
  Value,
  Where,
} from "../../src/index.ts";
import { addressOf, silentAddress, startNode, startPair, temporaryFolder } from "../runner/loopback.ts";

describe("an operation whose signal is aborted", () => {
  const reason = new Error("changed my mind");

  test("before it is called ends at once, leaves nothing under way, and lets shutdown finish", async () => {
    const [node] = await startPair();
    const signal = AbortSignal.abort(reason);
    await expect(Promise.resolve(node.put("key", "value", { signal }))).rejects.toBe(reason);
    await expect(node.getAll("key", { signal })).rejects.toBe(reason);
    await expect(Array.fromAsync(node.query("key", "SELECT id", { signal }))).rejects.toBe(reason);
    expect(await Array.fromAsync(node.listen("key", { signal }))).toEqual([]);
    await expect(node.ping(addressOf(node), { signal })).rejects.toBe(reason);
    await expect(node.connected({ signal })).rejects.toBe(reason);
    expect(node.getNodeInfo().ongoingOperations).toBe(0);
    await node.shutdown();
  });

  test("while it waits for the network leaves nothing under way", async () => {
    const node = await startNode({ bootstrap: [(await silentAddress()).toString()] });
    const controller = new AbortController();
    const { signal } = controller;
    const results = [
      Promise.resolve(node.put("key", "value", { signal })),
      node.getAll("key", { signal }),
      node.connected({ signal }),
    ];
    const events = Array.fromAsync(node.listen("key", { signal }));
    controller.abort(reason);
    for (const result of results) await expect(result).rejects.toBe(reason);
    expect(await events).toEqual([]);
    expect(node.getNodeInfo().ongoingOperations).toBe(0);
  });

  test("and that nobody awaits disturbs nobody", async () => {
    const [node] = await startPair();
    const controller = new AbortController();
    void node.put("key", "value", { permanent: true, signal: controller.signal });
    controller.abort(reason);
    await node.shutdown(); // an unhandled rejection would fail the test
    expect(node.getPut("key")).toEqual([]);
  });
});

describe("waiting for the network", () => {
  test("ends with an error when the node ends first, or doesn't run", async () => {
    const node = await startNode();
    const connected = node.connected();
    await node.join();
    await expect(connected).rejects.toThrow(NotRunningError);
    await expect(new DhtRunner().connected()).rejects.toThrow(NotRunningError);
  });
});

describe("arguments that make no sense are refused at the door:", () => {
  test.each([undefined, null, 5, {}, [1, 2]])("%j as a value or key", async (nonsense) => {
    const node = await startNode();
    // What JavaScript programs may hand in, whatever the types say.
    expect(() => node.put("key", nonsense as string)).toThrow(TypeError);
    expect(() => node.get(nonsense as string)).toThrow(TypeError);
  });

  test("a date of creation that is none", async () => {
    const node = await startNode();
    expect(() => node.put("key", "value", { created: new Date("soon") })).toThrow(TypeError);
  });

  test("values under the zero key, without traffic", async () => {
    const [node] = await startPair();
    node.getNodeMessageStats("out");
    expect(() => node.put(InfoHash.zero, "value")).toThrow(TypeError);
    expect(node.getNodeMessageStats("out")).toMatchObject({ find: 0, get: 0, put: 0 });
  });
});

describe("storage limits of a running node", () => {
  test("are set as in its configuration: 0 restores the default, negative lifts the limit", async () => {
    const [node, other] = await startPair({ maxStoreSize: 1 });
    node.storageLimit = 0;
    expect(node.storageLimit).toBe(64 << 20);
    node.localStorageLimit = 1;
    await node.put("own", "too large for a limit of one byte");
    expect(node.getLocalStoreSize().values).toBe(0);
    node.localStorageLimit = 0;
    node.storageLimit = -1;
    expect([node.storageLimit, node.localStorageLimit]).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
    await node.put("own", "kept");
    await other.put("theirs", "kept as well");
    expect(node.getLocal("own")).toHaveLength(1);
    expect(node.getLocal("theirs")).toHaveLength(1);
  });
});

describe("each shape of a listening callback has its counterpart:", () => {
  test("values one by one with their end, a filter, an end by the listener itself, and a resource", async () => {
    const [node, other] = await startPair();
    await using whole = node.listen("key", { filter: (value) => value.type === 0 });
    await whole.ready;
    await other.put("key", new Value({ data: Uint8Array.of(1), type: 9, id: 1n }));
    await other.put("key", new Value({ data: Uint8Array.of(2), id: 2n }));
    for await (const { value, expired } of whole) {
      expect([value.id, expired]).toEqual([2n, false]);
      break;
    }
    expect(await Array.fromAsync(whole)).toEqual([]);
  });
});

describe("a configuration that makes no sense is refused before a socket is opened:", () => {
  test.each<[string, DhtRunnerConfig]>([
    ["a port above 65535", { port: 70_000 }],
    ["a negative port", { port: -1 }],
    ["half a port", { port: 1.5 }],
    ["a network of more than 32 bits", { network: 2 ** 32 }],
    ["a negative network", { network: -1 }],
    ["a limit that is no number", { maxStoreSize: Number.NaN }],
    // As JavaScript programs may write it.
    ["a node id as text", { nodeId: "11".repeat(20) as unknown as InfoHash }],
    ["a bootstrap host without name", { bootstrap: [":4222"] }],
  ])("%s", async (_, config) => {
    await expect(DhtRunner.run(config)).rejects.toThrow(/must be|is no/);
  });

  test("an address that isn't ours is told from a port that is taken", async () => {
    const node = await startNode({ bind6: null });
    await expect(DhtRunner.run({ bind4: addressOf(node), bind6: null })).rejects.toThrow("another program");
    await expect(DhtRunner.run({ bind4: "192.0.2.1", bind6: null })).rejects.toThrow("an address of this machine");
  });

  test("a single bootstrap host may be given as it is", async () => {
    const node = await startNode();
    const other = await startNode({ bootstrap: addressOf(node).toString() });
    await other.connected();
  });
});

describe("a state file", () => {
  test("that can't be written is an error with a code, a sentence and its cause, at the start if it shows then", async () => {
    const folder = await temporaryFolder();
    const error = await DhtRunner.run({ persistPath: join(folder, "missing", "state") }).catch((reason) => reason);
    expect(error).toBeInstanceOf(StateFileError);
    expect(error).toMatchObject({ code: "ERR_STATE_FILE", message: expect.stringContaining("does its folder exist") });
    expect(error.cause).toMatchObject({ code: "ENOENT" });

    const node = await startNode({ persistPath: folder });
    await expect(node.shutdown()).rejects.toThrow(StateFileError);
  });

  test("gives its id to a node that wants no other", async () => {
    const persistPath = join(await temporaryFolder(), "state");
    const [saved, wanted] = [InfoHash.random(), InfoHash.random()];
    for (const [nodeId, expected] of [
      [saved, saved],
      [undefined, saved],
      [wanted, wanted],
    ]) {
      const node = await startNode({ persistPath, nodeId });
      expect(node.nodeId.equals(expected ?? InfoHash.zero)).toBe(true);
      await node.shutdown();
      await node.join();
    }
  });
});

test("dumpTables writes tables, searches and storage to the logger", async () => {
  const texts: string[] = [];
  const [node] = await startPair();
  await node.put("key", "value");
  node.setLogger({ isEnabled: () => true, log: (_, text) => void texts.push(text) });
  node.dumpTables();
  for (const part of ["count: 1", "Search IPv4", "1 values"]) expect(texts.join("\n")).toContain(part);
});

test("random ids need no source of their own", () => {
  expect(InfoHash.random().equals(InfoHash.random())).toBe(false);
  expect(PkId.random().equals(PkId.random())).toBe(false);
});

describe("a get of a typed value", () => {
  test("decodes what fits, and passes over other types and other layouts", async () => {
    const [node] = await startPair();
    const message = { service: "mail", data: Uint8Array.of(1, 2) };
    await node.put("key", Value.packed(DhtMessage, message));
    await node.put("key", new Value({ data: Uint8Array.of(0xc1), type: DhtMessage.type.id + 1 }));
    await node.put("key", new Value({ data: Uint8Array.of(0xc1), type: 3 }));
    expect(await node.getAll("key", { type: DhtMessage })).toEqual([message]);
    expect(await node.getAll("key", { type: ImMessage })).toEqual([]);
  });
});

test("2048 puts and 2048 gets at the same time all succeed", async () => {
  const [, node] = await startPair();
  const rounds = 2048;
  const results = Array.from({ length: rounds }, (_, i) => [
    node.put(`123${i}`, "hey"),
    node.get(`123${rounds - i - 1}`).done,
  ]);
  const failed = (await Promise.all(results.flat())).filter(({ ok }) => !ok);
  expect(failed).toEqual([]);
});

test("what a put, a get and a listen hand out shows nothing of their inside", async () => {
  const [node] = await startPair();
  const membersOf = (object: object) =>
    [...Object.keys(object), ...Object.getOwnPropertyNames(Object.getPrototypeOf(object))].sort();
  const listener = node.listen("key");
  expect(membersOf(node.put("key", "value"))).toEqual(["cancel", "constructor", "then", "value"]);
  expect(membersOf(node.get("key"))).toEqual(["cancel", "constructor", "done"]);
  expect(membersOf(listener)).toEqual(["cancel", "constructor", "dropped", "forEach", "ready"]);
  listener.cancel();
});

describe("every member of the interface is there:", () => {
  const members: [string, object, string][] = [
    [
      "DhtRunner",
      DhtRunner.prototype,
      "run state isRunning status status4 status6 addEventListener connected bootstrap addBootstrap clearBootstrap ping " +
        "connectivityChanged get getAll getFirst query listen put putSigned putEncrypted cancelPut getPut getLocal " +
        "getLocalById registerType registerInsecureType findCertificate findPublicKey registerCertificate " +
        "setLocalCertificateStore nodeId id publicKey getBound getPublicAddress getStoreSize getLocalStoreSize " +
        "storageLimit localStorageLimit exportNodes exportValues importValues getNodesStats getNodeInfo " +
        "getNodeMessageStats getStorageLog getRoutingTablesLog getSearchesLog getSearchLog dumpTables setLogger " +
        "setLogFilter getSocketError getBlacklist shutdown join",
    ],
    [
      "Value",
      Value.prototype,
      "owner recipient seq signature cypher size isSigned isEncrypted unpack getPacked getToSign getToEncrypt equals " +
        "contentEquals toJSON toString text",
    ],
    ["InfoHash", InfoHash.prototype, "bytes toString isZero equals compare xor xorCmp getBit withBit lowbit toFloat"],
    ["PkId", PkId.prototype, "bytes toString isZero equals compare xor xorCmp getBit withBit lowbit toFloat"],
    ["InfoHash itself", InfoHash, "get fromHex tryFromHex random zero commonBits"],
    ["Value itself", Value, "pack packed fromPacked fromJSON"],
    ["Where", Where.prototype, "id valueType owner seq userType getFilter"],
    ["Query", Query.prototype, "isSatisfiedBy"],
    ["Filters", Filters, "all type id recipient owner seq userType and or not"],
    ["Field", Field, "Id ValueType OwnerPk SeqNum UserType"],
    ["PeerDiscovery", PeerDiscovery.prototype, "discover publish connectivityChanged"],
  ];

  test.each(members)("of %s", (_, owner, names) => {
    expect(names.split(" ").filter((name) => !(name in owner))).toEqual([]);
  });
});
