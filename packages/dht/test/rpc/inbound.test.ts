import { describe, expect, test } from "vitest";
import { SockAddr } from "../../src/address/index.ts";
import { InfoHash } from "../../src/id/index.ts";
import { MAX_NODES_PER_REPLY } from "../../src/rpc/index.ts";
import { Value } from "../../src/value/index.ts";
import { encodeMessage, type NodeEntry, WANT_IPV4 } from "../../src/wire/index.ts";
import { envelope, key, Outcome, ownId, RpcRig, reply, theirAddress, theirId } from "./rpc-rig.ts";

const ping = { kind: "ping", ...envelope(5) } as const;
const token = new Uint8Array(32);

describe("a query", () => {
  test("is told after its sender, and the answer says where we saw it", () => {
    const rig = new RpcRig();
    rig.receive(ping);
    expect(rig.events).toEqual(["peer them 1", "query ping"]);
    expect(rig.lastMessage).toMatchObject({ kind: "reply", tid: 5, id: ownId, agent: "o2" });
    expect(rig.lastMessage).toHaveProperty("reportedAddress.host", "10.0.0.2");
    expect(rig.sent[0]).toMatchObject({ to: theirAddress, expectsAnswer: false });
  });

  test("of a client is answered, but the client isn't told", () => {
    const rig = new RpcRig();
    rig.receive({ ...ping, client: true });
    expect(rig.events).toEqual(["query ping"]);
    expect(rig.sent).toHaveLength(1);
  });

  test("of a client-mode node says so in all it sends", () => {
    const rig = new RpcRig({}, true);
    rig.receive(ping);
    rig.rpc.find(rig.peer(), key, WANT_IPV4, new Outcome());
    expect(rig.messages.map((message) => "client" in message && message.client)).toEqual([true, true]);
  });

  test("from nowhere, from ourselves, of another network or without sense is dropped and counted", () => {
    const rig = new RpcRig();
    const bytes = encodeMessage(ping);
    rig.rpc.receive(bytes, SockAddr.ipv4(0x0a000002, 0));
    rig.rpc.receive(bytes, SockAddr.ipv4(0xe0000001, 4222));
    rig.rpc.receive(bytes, SockAddr.ipv4(0x00000001, 4222));
    rig.rpc.receive(bytes, SockAddr.ipv6(0xff020000, 0, 0, 1, 4222));
    rig.receive({ ...ping, network: 3 });
    rig.receive({ ...ping, id: ownId });
    rig.receive({ ...ping, id: InfoHash.zero });
    rig.rpc.receive(bytes.subarray(0, 20), theirAddress);
    rig.rpc.receive(new Uint8Array(), theirAddress);
    expect([rig.events, rig.sent]).toEqual([[], []]);
    expect(rig.rpc.stats.dropped).toMatchObject({ martian: 4, otherNetwork: 1, badId: 2, malformed: 2 });
  });

  test("of our own network is answered with its number", () => {
    const rig = new RpcRig({}, false, 3);
    rig.receive(ping);
    rig.receive({ ...ping, network: 3 });
    expect(rig.messages).toMatchObject([{ kind: "reply", network: 3 }]);
  });

  test("moves its sender to where it came from", () => {
    const rig = new RpcRig();
    const peer = rig.peer();
    rig.receive(ping, SockAddr.ipv4(0x0a000007, 1000));
    expect(peer.address.toString()).toBe("10.0.0.7:1000");
  });

  test("errors carry our id and the code", () => {
    const rig = new RpcRig();
    rig.onQuery = (query, peer) => rig.rpc.error(peer, query.tid, 203, "Put with no info_hash");
    rig.receive(ping);
    expect(rig.lastMessage).toMatchObject({
      kind: "error",
      tid: 5,
      id: ownId,
      code: 203,
      text: "Put with no info_hash",
    });
  });
});

describe("the nodes in an answer", () => {
  function nodesTold(nodes4: NodeEntry[], from = theirAddress, nodes6?: NodeEntry[]): { rig: RpcRig; told: string[] } {
    const rig = new RpcRig();
    rig.rpc.blacklist(rig.peer(InfoHash.get("bad"), SockAddr.ipv4(0x0a0000bb, 1)));
    rig.events.length = 0;
    const request = rig.rpc.find(rig.peer(theirId, from), key, undefined, new Outcome());
    rig.receive(reply(request.tid, { nodes4, nodes6 }), from);
    return { rig, told: rig.events.filter((event) => event.endsWith(" 0")) };
  }

  const id = InfoHash.get("third");

  test("are told as hearsay before the answer itself", () => {
    const { rig, told } = nodesTold([{ id, address: SockAddr.ipv4(0x0a000003, 4222) }]);
    expect(told).toHaveLength(1);
    const peer = rig.rpc.peers4.get(id);
    expect([peer?.address.toString(), peer?.isGood(0), peer?.isOld(0)]).toEqual(["10.0.0.3:4222", false, true]);
  });

  test("on the loopback of the replier are where the replier is", () => {
    const { rig } = nodesTold([{ id, address: SockAddr.ipv4(0x7f000001, 5555) }]);
    expect(rig.rpc.peers4.get(id)?.address.toString()).toBe("10.0.0.2:5555");
  });

  test("on loopback in the other family are taken as they are", () => {
    const from = SockAddr.ipv6(0x20010db8, 0, 0, 1, 4222);
    const { rig } = nodesTold([{ id, address: SockAddr.ipv4(0x7f000001, 5555) }], from);
    expect(rig.rpc.peers4.get(id)?.address.toString()).toBe("127.0.0.1:5555");
  });

  test("that are ourselves, nobody, nowhere or blacklisted are skipped", () => {
    const good = SockAddr.ipv4(0x0a000003, 4222);
    const { told } = nodesTold([
      { id: ownId, address: good },
      { id: InfoHash.zero, address: good },
      { id, address: SockAddr.ipv4(0xe0000001, 4222) },
      { id, address: good.withPort(0) },
      { id, address: SockAddr.ipv4(0x0a0000bb, 1) },
    ]);
    expect(told).toEqual([]);
  });

  test(`beyond the first ${MAX_NODES_PER_REPLY} of a family are not believed`, () => {
    const entries = (prefix: number) =>
      Array.from({ length: 50 }, (_, i) => ({
        id: InfoHash.get(`${prefix}${i}`),
        address: SockAddr.ipv4(prefix + i, 1),
      }));
    expect(nodesTold(entries(0x0b000000)).told).toHaveLength(MAX_NODES_PER_REPLY);
  });

  test("of a request that is over aren't looked at", () => {
    const rig = new RpcRig();
    rig.receive(reply(99, { nodes4: [{ id, address: SockAddr.ipv4(0x0a000003, 4222) }] }));
    expect(rig.rpc.peers4.get(id)).toBeUndefined();
  });
});

describe("listening", () => {
  const value = new Value({ id: 4n, data: Uint8Array.of(1) });
  const update = {
    kind: "update",
    ...envelope(8),
    key,
    token,
    version: 1,
    announced: [],
    refreshed: [],
    expired: [],
  } as const;

  test("an update goes to its socket, then to the node, which acknowledges", () => {
    const rig = new RpcRig();
    const heard: string[] = [];
    const socketId = rig.rpc.openSocket(rig.peer(), (message, peer) => heard.push(`${message.kind} ${peer.id}`));
    rig.onQuery = () => heard.push("node");
    rig.receive({ ...update, socketId, values: [value] });
    expect(heard).toEqual([`update ${theirId}`, "node"]);
    rig.rpc.closeSocket(rig.peer(), socketId);
    rig.receive({ ...update, socketId, values: [value] });
    expect(heard).toEqual([`update ${theirId}`, "node", "node"]);
  });

  test("nobody else can speak on a socket", () => {
    const rig = new RpcRig();
    const heard: string[] = [];
    const socketId = rig.rpc.openSocket(rig.peer(), (message) => heard.push(message.kind));
    rig.receive({ ...update, id: InfoHash.get("liar"), socketId, values: [value] });
    expect(heard).toEqual([]);
  });

  test("news of the older kind reach the socket too", () => {
    const rig = new RpcRig();
    const heard: string[] = [];
    const socketId = rig.rpc.openSocket(rig.peer(), (message) => heard.push(message.kind));
    rig.receive(reply(socketId, { token, values: [value] }));
    rig.receive({ kind: "legacyUpdate", ...envelope(socketId), token, refreshed: [4n], expired: [] });
    rig.receive({ kind: "legacyUpdate", ...envelope(socketId + 1), token, refreshed: [4n], expired: [] });
    expect(heard).toEqual(["reply", "legacyUpdate"]);
    expect(rig.rpc.stats.dropped.unknownSocket).toBe(1);
    expect(rig.sent).toEqual([]);
  });

  test("our news are requests with a fresh token, or, for old listeners, plain messages", () => {
    const rig = new RpcRig();
    const peer = rig.peer();
    rig.rpc.update(peer, key, 77, 1, { kind: "values", values: [value] });
    rig.rpc.update(peer, key, 77, 1, { kind: "refreshed", ids: [4n] });
    rig.rpc.update(peer, key, 77, 1, { kind: "expired", ids: [4n] });
    rig.rpc.update(peer, key, 78, 0, { kind: "values", values: [value] });
    rig.rpc.update(peer, key, 78, 0, { kind: "expired", ids: [4n] });
    const fresh = rig.rpc.tokens.issue(theirAddress);
    expect(rig.messages).toMatchObject([
      { kind: "update", socketId: 77, version: 1, token: fresh, values: [{ id: 4n }], refreshed: [], expired: [] },
      { kind: "update", socketId: 77, token: fresh, values: [], refreshed: [4n], expired: [] },
      { kind: "update", socketId: 77, token: fresh, values: [], refreshed: [], expired: [4n] },
      { kind: "reply", tid: 78, token: fresh, values: [{ id: 4n }] },
      { kind: "legacyUpdate", tid: 78, token: fresh, refreshed: [], expired: [4n] },
    ]);
    expect(rig.rpc.pendingRequests).toBe(3);
  });
});

describe("what is unasked for", () => {
  test("replies of strangers count against the limits like queries", () => {
    const rig = new RpcRig({ maxReqPerSec: 80 });
    for (let i = 0; i < 30; i++) rig.receive(reply(i, {}, InfoHash.get(`liar ${i}`)));
    expect(rig.events).toHaveLength(10);
    expect(rig.rpc.stats.dropped).toMatchObject({ unmatchedReply: 10, rateLimited: 20 });
  });

  test("replies that we wait for don't", () => {
    const rig = new RpcRig({ maxReqPerSec: 8 });
    const outcome = new Outcome();
    for (let i = 0; i < 30; i++) rig.receive(reply(rig.rpc.ping(rig.peer(), outcome).tid));
    expect(outcome.calls).toHaveLength(30);
  });
});

test("numbers of queries are counted from one reading to the next", () => {
  const rig = new RpcRig();
  rig.receive(ping);
  rig.receive(ping);
  rig.receive({ kind: "listen", ...envelope(1), key, token, socketId: 1, version: 1 });
  rig.rpc.find(rig.peer(), key, undefined, new Outcome());
  expect(rig.rpc.stats.takeQueryCounts("in")).toEqual([2, 0, 0, 1, 0]);
  expect(rig.rpc.stats.takeQueryCounts("in")).toEqual([0, 0, 0, 0, 0]);
  rig.receive({ kind: "get", ...envelope(1), key });
  expect(rig.rpc.stats.takeQueryCounts("in")).toEqual([0, 0, 1, 0, 0]);
  expect(rig.rpc.stats.takeQueryCounts("out")).toEqual([0, 1, 0, 0, 0]);
  rig.scheduler.advance(20_000);
  expect(rig.rpc.stats.takeQueryCounts("out")).toEqual([0, 0, 0, 0, 0]);
});
