import { beforeEach, describe, expect, it } from "vitest";
import { type Address, AddressBook } from "../../src/address/index.ts";
import { SeededRandom } from "../../src/random/seeded-random.ts";
import { Rpc } from "../../src/rpc/index.ts";
import { MAX_OUTSTANDING_PER_NODE, MAX_QUEUED_PER_NODE } from "../../src/rpc/rpc.ts";
import { VirtualScheduler } from "../../src/scheduler/virtual-scheduler.ts";
import { type Answer, encodeAnswer, openMessage } from "../../src/wire/index.ts";
import { addressOf } from "../support/address.ts";
import { idOf } from "../support/ids.ts";

const OWN = idOf("own");
const PEER = addressOf("10.0.0.1");
const PING = { method: "ping", sender: OWN } as const;

let scheduler: VirtualScheduler;
let sent: { readonly datagram: Uint8Array; readonly to: Address; readonly time: number }[];
let unanswered: Address[];
let rpc: Rpc;

beforeEach(() => {
  scheduler = new VirtualScheduler();
  sent = [];
  unanswered = [];
  rpc = new Rpc({
    scheduler,
    random: new SeededRandom(1),
    book: new AddressBook(),
    transport: {
      send: (datagram, to) => sent.push({ datagram, to, time: scheduler.now() }),
      reaches: (address) => !address.isIPv6,
    },
    observer: { onAnswered: () => {}, onUnanswered: (to) => unanswered.push(to) },
  });
});

function advance(ms: number): void {
  const until = scheduler.now() + ms;
  while (scheduler.step(until));
  scheduler.skipTo(until);
}

/** Delivers an answer to the datagram sent last, or to another one. */
function answer(reply: Answer | Uint8Array, { index = sent.length - 1, from = PEER } = {}): void {
  const asked = sent[index] && openMessage(sent[index].datagram);
  if (!asked) throw new Error("nothing was asked");
  const datagram =
    reply instanceof Uint8Array ? Buffer.concat([Uint8Array.of(1), asked.id, reply]) : encodeAnswer(asked.id, reply);
  const message = openMessage(datagram);
  if (message) rpc.onResponse(message, from);
}

const pong = { kind: "id", id: idOf("peer") } as const;

/** A network in which answers take this long. */
function learnRoundTrip(ms: number): void {
  for (let i = 0; i < 50; i++) {
    void rpc.ask(PING, PEER);
    advance(ms);
    answer(pong);
  }
}

describe("a request", () => {
  it("is answered by its id and from where it went", async () => {
    const asking = rpc.ask(PING, PEER);
    answer(pong, { from: addressOf("10.0.0.1", 9) });
    answer(pong, { from: addressOf("10.0.0.2") });
    expect(rpc.stats.answersDropped).toBe(2);
    answer(pong);
    expect(await asking).toEqual(pong);
  });

  it("takes one answer; a second copy is dropped", async () => {
    const asking = rpc.ask(PING, PEER);
    answer(pong);
    answer(pong);
    expect(await asking).toEqual(pong);
    expect(rpc.stats).toMatchObject({ answersReceived: 1, answersDropped: 1 });
  });

  it("is given up at once when the answer makes no sense", async () => {
    const asking = rpc.ask(PING, PEER);
    answer(Uint8Array.of(0xc3));
    expect(await asking).toBeUndefined();
    expect(rpc.outstanding).toBe(0);
  });

  it("is sent three times with the same id, with growing pauses, then given up after at most 5 s", async () => {
    const asking = rpc.ask(PING, PEER);
    advance(10_000);
    expect(await asking).toBeUndefined();
    expect(sent.map(({ time }) => time)).toEqual([0, 1_000, 3_000]);
    expect(new Set(sent.map(({ datagram }) => Buffer.from(datagram).toString("hex"))).size).toBe(1);
    expect(unanswered).toEqual([PEER]);
    expect(rpc.stats).toMatchObject({ requestsSent: 1, retransmissions: 2, timeouts: 1 });
  });

  it("fails at once where the socket does not reach", async () => {
    const asking = rpc.ask(PING, addressOf("2001:db8::1"));
    advance(0);
    expect(await asking).toBeUndefined();
    expect(sent).toEqual([]);
    expect(unanswered).toEqual([]);
  });
});

describe("waiting", () => {
  it("adapts to the network: 50 ms and 500 ms are the least", () => {
    learnRoundTrip(2);
    expect(rpc.roundTrip.patienceMs).toBe(50);
    expect(rpc.roundTrip.timeoutMs).toBe(500);
    learnRoundTrip(300);
    expect(rpc.roundTrip.patienceMs).toBeGreaterThan(300);
    expect(rpc.roundTrip.patienceMs).toBeLessThan(600);
    expect(rpc.roundTrip.timeoutMs).toBeGreaterThan(2_100);
  });

  it("grows when everybody has become slow, though a repeated request measures nothing", () => {
    learnRoundTrip(2);
    advance(1);
    for (let i = 0; i < 3; i++) {
      void rpc.ask(PING, PEER);
      advance(400);
      answer(pong);
    }
    expect(rpc.roundTrip.patienceMs).toBeGreaterThanOrEqual(400);
  });

  it("is not made longer by one dead node among live ones", () => {
    learnRoundTrip(2);
    void rpc.ask(PING, addressOf("10.0.0.99"));
    advance(100);
    learnRoundTrip(2);
    expect(rpc.roundTrip.patienceMs).toBe(50);
  });
});

describe("pacing", () => {
  it(`has at most ${MAX_OUTSTANDING_PER_NODE} requests to one node under way, and sends the next when one is answered`, () => {
    for (let i = 0; i < 100; i++) void rpc.ask(PING, PEER);
    expect(sent).toHaveLength(MAX_OUTSTANDING_PER_NODE);
    answer(pong, { index: 0 });
    expect(sent).toHaveLength(MAX_OUTSTANDING_PER_NODE + 1);
    void rpc.ask(PING, addressOf("10.0.0.2"));
    expect(sent).toHaveLength(MAX_OUTSTANDING_PER_NODE + 2);
  });

  it("gives up what waits for a node that turns out to be dead", () => {
    for (let i = 0; i < 1_000; i++) void rpc.ask(PING, PEER);
    advance(6_000);
    expect(rpc.outstanding).toBe(0);
    expect(rpc.stats.requestsSent).toBe(MAX_OUTSTANDING_PER_NODE);
  });

  it("bounds the queue: what does not fit fails", async () => {
    const asked = Array.from({ length: MAX_OUTSTANDING_PER_NODE + MAX_QUEUED_PER_NODE }, () => rpc.ask(PING, PEER));
    const tooMuch = rpc.ask(PING, PEER);
    advance(0);
    expect(await tooMuch).toBeUndefined();
    expect(asked).toHaveLength(MAX_OUTSTANDING_PER_NODE + MAX_QUEUED_PER_NODE);
  });
});

describe("the end", () => {
  it("answers everybody who waits, now and later, with silence", async () => {
    const asked = Array.from({ length: 20 }, () => rpc.ask(PING, PEER));
    rpc.stop();
    expect(await Promise.all(asked)).toEqual(Array(20).fill(undefined));
    const later = rpc.ask(PING, PEER);
    advance(0);
    expect(await later).toBeUndefined();
  });
});
