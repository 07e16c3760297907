import { describe, expect, test } from "vitest";
import { StunAttributeType } from "../../src/stun/index.ts";
import { ScriptedPeer } from "./scripted-peer.ts";

// From which frame on there are no frames any more: it has to be the same for both sides.

const { BARE_STREAM, USE_CANDIDATE } = StunAttributeType;
const OFFER = "H1 1 TCP 2130706431 192.0.2.2 6000 typ host tcptype passive";
const BARE_OFFER = `${OFFER} x-tls bare`;
const OURS_TOO = { role: "controlled", software: "Hashmere" } as const;

function controlling(offer = BARE_OFFER, canBeBare = true): ScriptedPeer {
  const peer = new ScriptedPeer("controlling", { canBeBare });
  peer.start([offer]);
  return peer;
}

test("who was dialled proposes it behind its answer, and has chosen", () => {
  const peer = controlling();
  const flow = peer.connect();
  flow.request(OURS_TOO);
  expect(flow.take().class).toBe("success");
  const proposal = flow.take();
  expect([proposal.has(USE_CANDIDATE), proposal.has(BARE_STREAM)]).toEqual([true, true]);
  expect(peer.selected).toMatchObject({ isBare: true });
});

test("who has dialled waits until the other side's check has come and its own is answered, in either order", () => {
  for (const order of ["answer first", "check first"]) {
    const peer = controlling();
    const flow = peer.accept();
    const steps = [() => void flow.answer(), () => flow.request(OURS_TOO)];
    for (const step of order === "answer first" ? steps : steps.toReversed()) {
      expect(peer.selected).toBeUndefined();
      step();
    }
    expect(peer.selected).toMatchObject({ isBare: true });
    expect(flow.sent.map((message) => message.has(BARE_STREAM))).toEqual([false, true]);
  }
});

describe("on a connection that both sides have opened", () => {
  const PUNCHED = "H1 1 TCP 2130706431 192.0.2.2 6000 typ host tcptype so x-tls bare";

  function dialled() {
    const peer = new ScriptedPeer("controlling", { canBeBare: true });
    peer.start([PUNCHED], "192.0.2.1", "so");
    return { peer, flow: peer.accept() };
  }

  test("the other side checks first, and is proposed to at once", () => {
    const { peer, flow } = dialled();
    peer.scheduler.advance(10);
    expect(flow.sent).toEqual([]);
    flow.request(OURS_TOO);
    expect([flow.take().class, flow.take().has(BARE_STREAM)]).toEqual(["success", true]);
    expect(peer.selected).toMatchObject({ isBare: true });
    peer.scheduler.advance(100);
    expect(flow.sent).toEqual([]);
  });

  test("one that breaks before we check is not checked any more", () => {
    const { peer, flow } = dialled();
    peer.agent.flowClosed(flow);
    peer.scheduler.advance(10);
    const next = peer.accept();
    next.request(OURS_TOO);
    expect(peer.selected).toMatchObject({ isBare: true, flow: next });
    peer.scheduler.advance(100);
    expect(flow.sent).toEqual([]);
    expect(peer.selected).toMatchObject({ flow: next });
  });

  test("we check if nothing comes", () => {
    const { peer, flow } = dialled();
    peer.scheduler.advance(20);
    expect(flow.answer().has(USE_CANDIDATE)).toBe(false);
    flow.request(OURS_TOO);
    expect(peer.selected).toMatchObject({ isBare: true });
  });
});

test("waiting for a check that never comes ends with the attempt", () => {
  const peer = controlling();
  peer.accept().answer();
  peer.scheduler.advance(20_000);
  expect(peer.failure).toMatchObject({ code: "ERR_NO_PATH" });
});

test.each([
  ["a peer that has not offered it", OFFER, true],
  ["a connection that is no socket", BARE_OFFER, false],
])("%s is never asked", (_, offer, canBeBare) => {
  const peer = controlling(offer, canBeBare);
  const flow = peer.connect();
  flow.request(OURS_TOO);
  expect(flow.sent.some((message) => message.has(BARE_STREAM))).toBe(false);
  flow.sent.splice(0, 1);
  flow.answer();
  expect(peer.selected).toMatchObject({ isBare: false });
});

test("the other side chooses when the proposal comes, and says nothing more", () => {
  const peer = new ScriptedPeer("controlled", { canBeBare: true });
  peer.start([BARE_OFFER]);
  const flow = peer.accept();
  flow.answer();
  flow.request({ isNominating: true, extra: BARE_STREAM });
  expect(peer.selected).toMatchObject({ isBare: true });
  peer.scheduler.advance(60_000);
  expect(flow.sent).toEqual([]);
});

test("the mark on what is no proposal means nothing", () => {
  const peer = new ScriptedPeer("controlled", { canBeBare: true });
  peer.start([BARE_OFFER]);
  const flow = peer.accept();
  flow.answer();
  flow.request({ extra: BARE_STREAM });
  expect(flow.take().class).toBe("success");
  expect(peer.selected).toBeUndefined();
});

test("a proposal that comes before its time is taken as an ordinary one", () => {
  const peer = new ScriptedPeer("controlled", { canBeBare: true });
  peer.start([BARE_OFFER]);
  const flow = peer.connect();
  flow.request({ isNominating: true, extra: BARE_STREAM });
  expect(flow.take().class).toBe("success");
  flow.answer();
  expect(peer.selected).toMatchObject({ isBare: false });
});
