import { beforeEach, describe, expect, test } from "vitest";
import { MAX_EARLY_FLOWS } from "../../src/ice/early-checks.ts";
import { KEEP_ALIVE_MS } from "../../src/ice/selected-pair.ts";
import { StunAttributeType, StunBuilder, StunMessage, StunMethod, shortTermKey } from "../../src/stun/index.ts";
import { makeRequest, OURS, type ScriptedFlow, ScriptedPeer, THEIRS } from "./scripted-peer.ts";

const { USE_CANDIDATE, ICE_CONTROLLED, ICE_CONTROLLING, USERNAME, SOFTWARE, PRIORITY, MESSAGE_INTEGRITY } =
  StunAttributeType;

describe("a request", () => {
  let flow: ScriptedFlow;
  beforeEach(() => {
    const peer = new ScriptedPeer("controlled");
    peer.start();
    flow = peer.connect();
  });

  test("is answered with the address it came from, signed with our password", () => {
    flow.request();
    const response = flow.take();
    expect(response.class).toBe("success");
    expect(response.xorAddress(StunAttributeType.XOR_MAPPED_ADDRESS)).toEqual(flow.remote);
    expect(response.isSignedWith(shortTermKey(OURS.pwd))).toBe(true);
    expect(response.hasFingerprint()).toBe(true);
    expect(response.attributes.map(({ type }) => type)).toEqual([0x0020, 0x8022, 0x0008, 0x8028]);
  });

  test("triggers a check on the same connection, with the attributes in DHTNet's order", () => {
    flow.request();
    flow.take();
    const check = flow.take();
    expect(check.class).toBe("request");
    expect(check.text(USERNAME)).toBe(`${THEIRS.ufrag}:${OURS.ufrag}`);
    expect(check.isSignedWith(shortTermKey(THEIRS.pwd))).toBe(true);
    expect(check.uint32(PRIORITY)).toBe(0x6effffff);
    const order = [PRIORITY, ICE_CONTROLLED, SOFTWARE, USERNAME, MESSAGE_INTEGRITY, StunAttributeType.FINGERPRINT];
    expect(check.attributes.map(({ type }) => type)).toEqual(order);
  });

  test("that comes twice is answered twice, and triggers one check", () => {
    flow.request();
    flow.request();
    expect(flow.sent.map((message) => message.class)).toEqual(["success", "request", "success"]);
    expect(flow.sent[0]?.bytes).toEqual(flow.sent[2]?.bytes);
  });

  test("needs no fingerprint, no role and no known second half of the user name", () => {
    flow.request({ hasFingerprint: false });
    expect(flow.take().class).toBe("success");
    flow.request({ username: `${OURS.ufrag}:whoever` });
    flow.take();
    expect(flow.take().class).toBe("success");
    const bare = new StunBuilder("request", StunMethod.BINDING, new Uint8Array(12)).uint32(PRIORITY, 1);
    flow.receive(bare.text(USERNAME, OURS.ufrag).integrity(shortTermKey(OURS.pwd)).build());
    expect(flow.take().class).toBe("success");
  });

  test.each([
    ["is not signed", { password: undefined }, 400, "Bad Request"],
    ["names nobody", { username: undefined }, 400, "Missing USERNAME"],
    ["is meant for somebody else", { username: `${THEIRS.ufrag}:x` }, 401, "Unauthorized"],
    ["is signed with another password", { password: "guessed" }, 401, "MESSAGE-INTEGRITY mismatch"],
    ["wants something unknown", { extra: 0x7abc }, 420, "Unknown Attribute"],
  ])("that %s is refused, unsigned", (_, options, code, reason) => {
    flow.request(options);
    const response = flow.take();
    expect(response.error).toEqual({ code, reason });
    expect(response.has(MESSAGE_INTEGRITY)).toBe(false);
    expect(response.hasFingerprint()).toBe(true);
    expect(flow.sent).toEqual([]);
    if (code === 420)
      expect(response.attribute(StunAttributeType.UNKNOWN_ATTRIBUTES)).toEqual(Uint8Array.of(0x7a, 0xbc));
  });

  test("that has something unknown which need not be understood is answered", () => {
    flow.request({ extra: 0x9abc });
    expect(flow.take().class).toBe("success");
  });

  test("without a priority is ignored", () => {
    flow.request({ hasPriority: false });
    expect(flow.sent).toEqual([]);
  });

  test("that is no binding request is refused, as what it is", () => {
    const allocate = new StunBuilder("request", StunMethod.ALLOCATE, new Uint8Array(12)).fingerprint().build();
    flow.receive(allocate);
    expect(flow.take()).toMatchObject({ class: "error", method: StunMethod.ALLOCATE, error: { code: 400 } });
  });

  test("in our role makes us change ours when the other number is higher, or is refused, signed", () => {
    flow.request({ role: "controlled", tieBreaker: 0n });
    expect(flow.sent.map((message) => message.class)).toEqual(["success", "request"]);
    expect(flow.sent[1]?.has(ICE_CONTROLLING)).toBe(true);

    const other = new ScriptedPeer("controlled");
    other.start();
    const second = other.connect();
    second.request({ role: "controlled", tieBreaker: 2n ** 64n - 1n });
    const conflict = second.take();
    expect(conflict.error).toEqual({ code: 487, reason: "Role Conflict" });
    expect(conflict.isSignedWith(shortTermKey(OURS.pwd))).toBe(true);
    expect(other.agent.role).toBe("controlled");
  });
});

describe("a controlled agent", () => {
  let peer: ScriptedPeer;
  beforeEach(() => {
    peer = new ScriptedPeer("controlled");
    peer.start();
  });

  test("waits until the other side has chosen, however late within the time", () => {
    const flow = peer.accept();
    flow.answer();
    peer.scheduler.advance(7000);
    expect(peer.selected).toBeUndefined();
    flow.request({ isNominating: true });
    expect(peer.selected?.flow).toBe(flow);
  });

  test("fails when the other side never chooses", () => {
    peer.accept().answer();
    peer.scheduler.advance(10_000);
    expect(peer.failure?.message).toContain("did not agree");
  });

  test("takes a choice that came with the first check, once its own check has worked", () => {
    const flow = peer.connect();
    flow.request({ isNominating: true });
    expect(peer.selected).toBeUndefined();
    expect(flow.take().class).toBe("success");
    flow.answer();
    expect(peer.selected?.flow).toBe(flow);
  });

  test("takes any pair that the other side chooses, not only the best", () => {
    peer.accept().answer();
    const flow = peer.connect();
    flow.request();
    flow.take();
    flow.answer();
    flow.request({ isNominating: true, id: 2 });
    expect(peer.selected?.flow).toBe(flow);
  });

  test("remembers checks and choices from before the description, on a bounded number of connections", () => {
    const early = new ScriptedPeer("controlled");
    const flows = Array.from({ length: MAX_EARLY_FLOWS + 1 }, () => early.connect());
    for (const flow of flows) flow.request();
    const [first, last] = [flows[0], flows.at(-1)];
    first?.request({ isNominating: true });
    first?.request();
    for (const flow of flows) while (flow.sent.length > 0) expect(flow.take().class).toBe("success");
    early.start();
    expect(last?.sent).toEqual([]);
    first?.answer();
    expect(early.selected?.flow).toBe(first);
  });

  test("answers requests after the choice too, and sends keep-alives every 20 to 24 seconds", () => {
    const flow = peer.accept();
    flow.answer();
    flow.request({ isNominating: true });
    flow.sent.length = 0;
    flow.request({ id: 9 });
    expect(flow.take().class).toBe("success");
    const times: number[] = [];
    for (let second = 0; second < 240; second++) {
      peer.scheduler.advance(1000);
      for (const message of flow.sent.splice(0)) {
        expect([message.class, message.method, message.bytes.length]).toEqual(["indication", StunMethod.BINDING, 28]);
        times.push(peer.scheduler.now());
      }
    }
    expect(times.length).toBeGreaterThanOrEqual(10);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(KEEP_ALIVE_MS);
    for (const gap of gaps) expect(gap).toBeLessThanOrEqual(KEEP_ALIVE_MS + 4000);
    peer.agent.close();
    expect(peer.scheduler.pending).toBe(0);
  });
});

describe("a controlling agent", () => {
  let peer: ScriptedPeer;
  beforeEach(() => {
    peer = new ScriptedPeer("controlling");
    peer.start();
  });

  test("chooses with a second request, and is done when that is answered", () => {
    const flow = peer.accept();
    expect(flow.answer().has(USE_CANDIDATE)).toBe(false);
    expect(peer.selected).toBeUndefined();
    expect(flow.answer().has(USE_CANDIDATE)).toBe(true);
    expect(peer.selected?.flow).toBe(flow);
  });

  test("repeats a check in its new role when the other side says that there is a conflict", () => {
    const flow = peer.accept();
    const first = flow.refuse(487, "Role Conflict");
    const second = flow.answer();
    expect([first.has(ICE_CONTROLLING), second.has(ICE_CONTROLLED)]).toEqual([true, true]);
    expect(first.transactionKey).not.toBe(second.transactionKey);
    expect(peer.agent.role).toBe("controlled");
    expect(flow.sent).toEqual([]);
  });

  test("gives up a pair that is refused for another reason", () => {
    peer.accept().refuse(401, "Unauthorized");
    peer.scheduler.advance(6000);
    expect(peer.failure?.code).toBe("ERR_NO_PATH");
  });

  test("takes no answer that is not signed, or came on another connection", () => {
    const flow = peer.accept();
    const request = flow.take();
    const unsigned = new StunBuilder("success", StunMethod.BINDING, request.transactionId).fingerprint().build();
    flow.receive(unsigned);
    const signed = new StunBuilder("success", StunMethod.BINDING, request.transactionId);
    const bytes = signed.integrity(shortTermKey(THEIRS.pwd)).fingerprint().build();
    peer.connect().receive(bytes);
    expect(flow.sent).toEqual([]);
    flow.receive(bytes);
    expect(flow.take().has(USE_CANDIDATE)).toBe(true);
  });

  test("proposes a connection on which the other side has proved itself with its first check", () => {
    const flow = peer.connect();
    flow.request({ role: "controlled" });
    expect(flow.take().class).toBe("success");
    expect(flow.answer().has(USE_CANDIDATE)).toBe(true);
    expect(peer.selected?.flow).toBe(flow);
  });

  test("does not wait for the answer of one of ours to what it proposes over TCP", () => {
    const flow = peer.connect();
    flow.request({ role: "controlled", software: "Hashmere" });
    expect([flow.take().class, flow.take().has(USE_CANDIDATE)]).toEqual(["success", true]);
    expect(peer.selected?.flow).toBe(flow);
  });

  test("waits for the answer of others", () => {
    const flow = peer.connect();
    flow.request({ role: "controlled", software: "pjnath-2.13.1" });
    expect([flow.take().class, flow.take().has(USE_CANDIDATE)]).toEqual(["success", true]);
    expect(peer.selected).toBeUndefined();
  });

  test("proposes one connection at a time, and another one when that keeps silent", () => {
    const [first, second] = [peer.connect(), peer.accept()];
    first.request({ role: "controlled" });
    first.take();
    expect(first.take().has(USE_CANDIDATE)).toBe(true);
    second.request({ role: "controlled", id: 2 });
    expect(second.answer().has(USE_CANDIDATE)).toBe(false);
    expect(second.sent.filter((message) => message.class === "request")).toEqual([]);
    peer.scheduler.advance(3000);
    expect(peer.selected).toBeUndefined();
    second.take();
    expect(second.answer().has(USE_CANDIDATE)).toBe(true);
    expect(peer.selected?.flow).toBe(second);
  });

  test("sends nothing more once it is closed", () => {
    const flow = peer.accept();
    flow.sent.length = 0;
    peer.agent.close();
    flow.receive(makeRequest({ role: "controlled" }));
    peer.scheduler.advance(100_000);
    expect(flow.sent).toEqual([]);
    expect([peer.selected, peer.failure, peer.scheduler.pending]).toEqual([undefined, undefined, 0]);
  });

  test("is not disturbed by what is no STUN message", () => {
    const flow = peer.accept();
    for (const bytes of [new Uint8Array(0), new Uint8Array(20), Uint8Array.of(22, 3, 3, 0, 0)]) flow.receive(bytes);
    expect(StunMessage.parse(new Uint8Array(20))).toBeUndefined();
    flow.answer();
    flow.answer();
    expect(peer.selected).toBeDefined();
  });
});
