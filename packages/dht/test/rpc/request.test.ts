import { describe, expect, test } from "vitest";
import { SockAddr } from "../../src/address/index.ts";
import { InfoHash } from "../../src/id/index.ts";
import { MAX_ATTEMPTS, MAX_AUTH_ERRORS, MAX_PENDING_REQUESTS, type Request } from "../../src/rpc/index.ts";
import { Value } from "../../src/value/index.ts";
import { envelope, key, Outcome, RpcRig, reply, theirAddress, theirId } from "./rpc-rig.ts";

const token = new Uint8Array(32).fill(9);
const value = new Value({ id: 5n, data: new Uint8Array(10) });

describe("a request that nobody answers", () => {
  test("is sent three times with the same bytes, at 0, 1.0 … 1.25 and 3.0 … 4.0 s, and expires after 7.0 … 9.75 s", () => {
    for (let round = 0; round < 50; round++) {
      const rig = new RpcRig();
      for (let i = 0; i < round; i++) rig.peer().nextTid();
      const outcome = new Outcome();
      rig.rpc.find(rig.peer(), key, undefined, outcome);
      while (rig.rpc.pendingRequests > 0) rig.scheduler.step();
      expect(rig.sent).toHaveLength(MAX_ATTEMPTS);
      const [first, second, third] = rig.sent.map((each) => each.at);
      expect(first).toBe(0);
      expect(second).toBeGreaterThanOrEqual(1000);
      expect(second).toBeLessThan(1250);
      expect(third).toBeGreaterThanOrEqual(3000);
      expect(third).toBeLessThan(4000);
      expect(rig.scheduler.now()).toBeGreaterThanOrEqual(7000);
      expect(rig.scheduler.now()).toBeLessThan(9750);
      expect(new Set(rig.sent.map((each) => Buffer.from(each.bytes).toString("hex"))).size).toBe(1);
      expect(rig.sent.every((each) => each.expectsAnswer)).toBe(true);
      expect(outcome.calls).toEqual(["retry 1", "over expired"]);
      expect(rig.rpc.stats).toMatchObject({ sent: { find: 1 }, resent: 2 });
    }
  });

  test("takes the peer and its other requests and sockets along", () => {
    const rig = new RpcRig();
    const [first, second] = [new Outcome(), new Outcome()];
    const peer = rig.peer();
    const socket = rig.rpc.openSocket(peer, () => {});
    rig.rpc.ping(peer, first);
    rig.scheduler.advance(5000);
    rig.rpc.ping(peer, second);
    rig.scheduler.advance(5000);
    expect(first.calls).toEqual(["retry 1", "over expired"]);
    expect(second.calls).toEqual(["retry 1", "over expired"]);
    expect([peer.isExpired, peer.getSocket(socket), peer.isRetained]).toEqual([true, undefined, false]);
    expect(rig.events).toEqual(["expired them"]);
  });

  test("with a large value is repeated with all its parts", () => {
    const rig = new RpcRig();
    rig.rpc.put(rig.peer(), key, token, new Value({ id: 1n, data: new Uint8Array(3000) }), undefined, new Outcome());
    expect(rig.messages.map((message) => message.kind)).toEqual(["put", "part", "part", "part"]);
    rig.scheduler.advance(1250);
    expect(rig.messages.slice(4)).toEqual(rig.messages.slice(0, 4));
  });

  test("goes where it went first, even when somebody claims that the peer has moved", () => {
    const rig = new RpcRig();
    rig.rpc.ping(rig.peer(), new Outcome());
    const elsewhere = SockAddr.ipv4(0x0a000003, 4222);
    rig.peer(theirId, elsewhere);
    rig.scheduler.advance(1250);
    expect(rig.sent.map((each) => each.to)).toEqual([theirAddress, theirAddress]);
  });

  test("may be cancelled by its own retry handler", () => {
    const rig = new RpcRig();
    rig.rpc.ping(rig.peer(), { onReply: () => {}, onRetry: (request) => request.cancel() });
    rig.scheduler.advance(20_000);
    expect(rig.sent).toHaveLength(1);
    expect(rig.peer().isExpired).toBe(false);
  });

  test("doesn't wait when the system can't send at all", () => {
    const rig = new RpcRig();
    const [here, elsewhere] = [new Outcome(), new Outcome()];
    rig.rpc.ping(rig.peer(), here);
    rig.rpc.ping(rig.peer(InfoHash.get("third"), SockAddr.ipv4(0x0a000003, 4222)), elsewhere);
    rig.rpc.sendFailed(theirAddress);
    expect(here.calls).toEqual(["over expired"]);
    expect(elsewhere.calls).toEqual([]);
    expect(rig.events).toEqual(["expired them"]);
  });
});

describe("an answer", () => {
  test("completes the request once, makes the peer good, and is told after the peer", () => {
    const rig = new RpcRig();
    const outcome = new Outcome();
    const request = rig.rpc.ping(rig.peer(), outcome);
    rig.scheduler.advance(30);
    rig.receive(reply(request.tid, { reportedAddress: SockAddr.ipv4(0x01020304, 999) }));
    expect(outcome.calls).toEqual(["reply completed"]);
    expect(rig.events).toEqual(["peer them 2", "reported 1.2.3.4"]);
    const peer = rig.peer();
    expect([peer.isGood(30), peer.repliedAt, peer.hasProvenAddress]).toEqual([true, 30, true]);
    rig.receive(reply(request.tid));
    expect(outcome.calls).toEqual(["reply completed"]);
    rig.scheduler.advance(20_000);
    expect(rig.sent).toHaveLength(1);
  });

  test("counts only from the peer that was asked", () => {
    const rig = new RpcRig();
    const outcome = new Outcome();
    const request = rig.rpc.ping(rig.peer(), outcome);
    rig.receive(reply(request.tid, {}, InfoHash.get("somebody else")));
    rig.receive(reply(request.tid + 1));
    expect(outcome.calls).toEqual([]);
    expect(rig.rpc.stats.dropped.unmatchedReply).toBe(2);
  });

  test("to a cancelled request is a sign of life, no more", () => {
    const rig = new RpcRig();
    const outcome = new Outcome();
    const request = rig.rpc.ping(rig.peer(), outcome);
    request.cancel();
    rig.receive(reply(request.tid));
    expect(outcome.calls).toEqual([]);
    expect(rig.events).toEqual(["peer them 1"]);
    expect(request.state).toBe("cancelled");
  });

  test("from another address than the one asked proves nothing about that address", () => {
    const rig = new RpcRig();
    const request = rig.rpc.ping(rig.peer(), new Outcome());
    rig.receive(reply(request.tid), SockAddr.ipv4(0x0a000009, 4222));
    expect(rig.peer(theirId, SockAddr.ipv4(0x0a000009, 4222)).hasProvenAddress).toBe(false);
  });

  test("with a node list of impossible length fails the request at once", () => {
    const rig = new RpcRig();
    const outcome = new Outcome();
    const request = rig.rpc.find(rig.peer(), key, undefined, outcome);
    // A reply whose n4 has 25 bytes: { r: { id, n4 }, t, y: "r" }
    const head = Uint8Array.of(0x83, 0xa1, 0x72, 0x82, 0xa2, 0x69, 0x64, 0xc4, 20, ...theirId.bytes);
    const nodes = Uint8Array.of(0xa2, 0x6e, 0x34, 0xc4, 25, ...new Uint8Array(25));
    const tid = [24, 16, 8, 0].map((shift) => (request.tid >>> shift) & 255);
    const tail = Uint8Array.of(0xa1, 0x74, 0xce, ...tid, 0xa1, 0x79, 0xa1, 0x72);
    rig.rpc.receive(Uint8Array.of(...head, ...nodes, ...tail), theirAddress);
    expect(outcome.calls).toEqual(["over refused"]);
    expect(rig.peer().isExpired).toBe(false);
  });
});

describe("a ping to an address", () => {
  test("is answered by whoever lives there", () => {
    const rig = new RpcRig();
    const answered: Request[] = [];
    const request = rig.rpc.pingAddress(theirAddress, { onReply: (_, each) => answered.push(each) });
    expect(rig.rpc.pendingAddressPings).toBe(1);
    rig.receive(reply(request.tid));
    expect(answered.map((each) => each.peer.id)).toEqual([theirId]);
    expect(answered[0]?.peer).toBe(rig.peer());
    expect([rig.rpc.pendingAddressPings, rig.rpc.pendingRequests]).toEqual([0, 0]);
    expect(rig.peer().isRetained).toBe(false);
  });

  test("doesn't disturb a request of the same number to the peer that answers", () => {
    const rig = new RpcRig();
    const outcome = new Outcome();
    const anonymous = rig.rpc.pingAddress(theirAddress, outcome);
    const peer = rig.peer();
    peer.addRequest(anonymous.tid, { expire: () => {} });
    rig.receive(reply(anonymous.tid));
    expect(outcome.calls).toEqual(["reply completed"]);
    expect(peer.hasPendingRequest).toBe(true);
  });

  test("that nobody answers expires without a peer", () => {
    const rig = new RpcRig();
    const outcome = new Outcome();
    rig.rpc.pingAddress(theirAddress, outcome);
    rig.scheduler.advance(9750);
    expect(outcome.calls).toEqual(["retry 1", "over expired"]);
    expect(rig.events).toEqual([]);
    expect(rig.rpc.pendingAddressPings).toBe(0);
  });
});

describe("an error", () => {
  test("fails the request at once, whatever its code", () => {
    for (const code of [203, 401, 404, 421, 999]) {
      const rig = new RpcRig();
      const outcome = new Outcome();
      const request = rig.rpc.find(rig.peer(), key, undefined, outcome);
      rig.receive({ kind: "error", ...envelope(request.tid), code, text: "no" });
      expect(outcome.calls).toEqual(["over refused"]);
      rig.scheduler.advance(20_000);
      expect(rig.sent).toHaveLength(1);
      expect(rig.events).toEqual(["peer them 2", `broken protocol ${code}`]);
    }
  });

  test("goes to the error handler where there is one", () => {
    const rig = new RpcRig();
    const calls: string[] = [];
    const request = rig.rpc.refresh(rig.peer(), key, token, 5n, {
      onReply: () => {},
      onExpired: () => calls.push("expired"),
      onError: (error, each) => calls.push(`${error.code} ${each.state}`),
    });
    rig.receive({ kind: "error", ...envelope(request.tid), code: 404, text: "unknown" });
    expect(calls).toEqual(["404 refused"]);
  });

  test("401 to put, listen and refresh is told; the fourth in a row expires the peer", () => {
    const rig = new RpcRig();
    const { rpc } = rig;
    const peer = rig.peer();
    const outcome = new Outcome();
    const asks = [
      () => rpc.put(peer, key, token, value, undefined, outcome),
      () =>
        rpc.listen(
          peer,
          key,
          token,
          rpc.openSocket(peer, () => {}),
          undefined,
          outcome,
        ),
      () => rpc.refresh(peer, key, token, 5n, outcome),
      () => rpc.put(peer, key, token, value, undefined, outcome),
    ];
    for (const [index, ask] of asks.entries()) {
      rig.receive({ kind: "error", ...envelope(ask().tid), code: 401, text: "no" });
      expect(peer.authErrors).toBe(index + 1);
      expect(peer.isExpired).toBe(index === MAX_AUTH_ERRORS);
    }
    expect(outcome.calls).toEqual(Array(4).fill("over refused"));
    expect(rig.events.filter((event) => event.startsWith("token"))).toHaveLength(4);
    expect(rig.events.slice(-3)).toEqual(["expired them", "token rejected them", "broken protocol 401"]);
    expect(rig.events.filter((event) => event.startsWith("broken"))).toHaveLength(1);
  });

  test("401s are forgiven after a put that was acknowledged", () => {
    const rig = new RpcRig();
    const peer = rig.peer();
    peer.authErrors = 3;
    rig.receive(reply(rig.rpc.ping(peer, new Outcome()).tid));
    expect(peer.authErrors).toBe(3);
    rig.receive(reply(rig.rpc.put(peer, key, token, value, undefined, new Outcome()).tid, { valueId: 5n }));
    expect(peer.authErrors).toBe(0);
  });

  test("nobody asked for is ignored", () => {
    const rig = new RpcRig();
    rig.receive({ kind: "error", ...envelope(77), code: 401, text: "no" });
    expect(rig.events).toEqual(["peer them 1"]);
    expect(rig.sent).toEqual([]);
  });
});

describe("an answer without token", () => {
  test("to a get shuts the address out", () => {
    const rig = new RpcRig();
    const outcome = new Outcome();
    rig.receive(reply(rig.rpc.get(rig.peer(), key, undefined, undefined, outcome).tid));
    expect(outcome.calls).toEqual(["over expired"]);
    expect(rig.rpc.isBlacklisted(theirAddress)).toBe(true);
    expect(rig.events).toEqual(["peer them 2", "expired them", "broken protocol"]);
    rig.receive({ kind: "ping", ...envelope(1) });
    expect(rig.queries).toEqual([]);
    rig.receive({ kind: "ping", ...envelope(1) }, theirAddress.withPort(4223));
    expect(rig.queries).toHaveLength(1);
  });

  test("to a find does so only where the token was needed", () => {
    const rig = new RpcRig();
    const outcome = new Outcome();
    rig.receive(reply(rig.rpc.find(rig.peer(), key, undefined, outcome).tid));
    expect(outcome.calls).toEqual(["reply completed"]);
    const strict = { needsToken: true, onReply: () => outcome.calls.push("accepted") };
    rig.receive(reply(rig.rpc.find(rig.peer(), key, undefined, strict).tid, { token }));
    expect(outcome.calls).toEqual(["reply completed", "accepted"]);
    rig.receive(reply(rig.rpc.find(rig.peer(), key, undefined, strict).tid));
    expect(rig.rpc.isBlacklisted(theirAddress)).toBe(true);
  });
});

describe("limits", () => {
  test(`more than ${MAX_PENDING_REQUESTS} requests at a time are refused, but not before the call has returned`, () => {
    const rig = new RpcRig({ maxReqPerSec: -1 }); // nothing waits for its turn
    const peer = rig.peer();
    const nobody = { onReply: () => {} };
    for (let i = 0; i < MAX_PENDING_REQUESTS; i++) rig.rpc.ping(peer, nobody);
    const outcome = new Outcome();
    const request = rig.rpc.ping(peer, outcome);
    expect([request.state, rig.sent.length]).toEqual(["pending", MAX_PENDING_REQUESTS]);
    rig.scheduler.advance(0);
    expect(outcome.calls).toEqual(["over refused"]);
    expect(rig.rpc.pendingRequests).toBe(MAX_PENDING_REQUESTS);
  });

  test("after shutdown no timer is left and no handler is called", () => {
    const rig = new RpcRig();
    const outcome = new Outcome();
    rig.rpc.ping(rig.peer(), outcome);
    rig.rpc.pingAddress(theirAddress, outcome);
    rig.rpc.shutdown();
    expect(rig.scheduler.pending).toBe(0);
    expect(outcome.calls).toEqual([]);
  });
});
