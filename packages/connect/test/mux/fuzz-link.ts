import { Duplex } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { randomBelow, SeededRandom } from "../../../dht/src/random/index.ts";
import { VirtualScheduler } from "../../../dht/src/scheduler/index.ts";
import { Mutator } from "../../../dht/test/wire/mutator.ts";
import { ConnectError } from "../../src/errors/index.ts";
import { encodeChannelRequestFrame } from "../../src/mux/channel-request.ts";
import { encodeFrame } from "../../src/mux/frame.ts";
import { LINK_LIMITS, Link } from "../../src/mux/index.ts";
import { encodeProtocolMessage } from "../../src/mux/protocol-message.ts";
import { captured } from "../support/captured-mux.ts";

export interface FuzzCounts {
  links: number;
  /** Links that were closed because of what they were sent. */
  closed: number;
  /** Channels that the attacker got open. */
  channels: number;
}

/** What a link meets before it is looked at. */
const FRAMES_PER_LINK = 500;
/** After a spoilt frame the stream often means nothing any more, and the link ends soon. */
const SPOILT_ONE_IN = 1_000;
/** Few numbers, so that requests, data and ends meet each other. */
const NUMBERS = 6;
/** The link's own, and one for each channel of ours that waits for an answer. */
const MAX_TIMERS = 20;

/**
 * Sends links spoilt frames of real peers, and proper ones in no order, cut anywhere.
 *
 * @throws when a link can't take it; the message holds the seed
 */
export async function fuzzLink(seed: number, count: number): Promise<FuzzCounts> {
  const random = new SeededRandom(seed);
  const below = (bound: number): number => randomBelow(random, bound);
  const spoilt = new Mutator(
    captured.map(({ bytes }) => bytes).filter(({ length }) => length < 1_000),
    random,
  );
  const counts: FuzzCounts = { links: 0, closed: 0, channels: 0 };
  for (let done = 0; done < count; done += FRAMES_PER_LINK) {
    const victim = new Victim(below(2) === 0, below);
    for (let i = 0; i < FRAMES_PER_LINK; i++) {
      const bytes = below(SPOILT_ONE_IN) === 0 ? Buffer.from(spoilt.next()) : properFrame(below);
      const cut = below(bytes.length + 1);
      victim.stream.push(bytes.subarray(0, cut));
      victim.stream.push(bytes.subarray(cut));
      if (i % 50 === 0) await nextTurn();
    }
    await nextTurn();
    victim.time.advance(below(20_000));
    const complaint = victim.complaint();
    if (complaint !== "") throw new Error(`seed ${seed}, after ${done} frames: ${complaint}`);
    counts.links++;
    counts.channels += victim.channels;
    if (victim.link.isClosed) counts.closed++;
    victim.link.destroy(new ConnectError("ERR_CLOSED", "enough"));
    victim.time.advance(10_000);
    await nextTurn();
    if (victim.time.pending > 0) throw new Error(`seed ${seed}, after ${done} frames: a closed link left a timer`);
  }
  return counts;
}

class Victim {
  readonly time = new VirtualScheduler();
  /** What is pushed is received; what is sent goes nowhere. */
  readonly stream = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() });
  readonly link: Link;
  channels = 0;
  error: ConnectError | undefined;

  constructor(isInitiator: boolean, below: (bound: number) => number) {
    this.link = new Link(this.stream, { isInitiator, scheduler: this.time, accept: () => below(3) > 0 });
    this.link.addEventListener("channel", ({ channel }) => {
      this.channels++;
      channel.on("error", () => {});
      if (below(2) === 0) channel.pipe(channel);
    });
    this.link.addEventListener("close", ({ error }) => {
      this.error = error;
    });
    for (let i = 0; i < 3; i++) {
      this.link.open("ours", { timeoutMs: 5_000 }).then(
        (channel) => channel.on("error", () => {}).resume(),
        () => {},
      );
    }
  }

  complaint(): string {
    const { unreadBytes, channels } = this.link.stats();
    if (this.link.isClosed && this.error?.code !== "ERR_PROTOCOL" && this.error?.code !== "ERR_LINK_LOST")
      return `the link ended by ${this.error}`;
    if (unreadBytes > LINK_LIMITS.maxQueuedBytes) return `${unreadBytes} bytes are held`;
    if (channels > NUMBERS + 0x100) return `${channels} channels are open`;
    return this.time.pending > MAX_TIMERS ? `${this.time.pending} timers are set` : "";
  }
}

function properFrame(below: (bound: number) => number): Buffer {
  const number = (below(2) === 0 ? 1 : 0x8000) + below(NUMBERS);
  switch (below(10)) {
    case 0:
      return encodeChannelRequestFrame({ name: "theirs", number, state: "request" });
    case 1:
      return encodeChannelRequestFrame({ name: "ours", number, state: below(2) === 0 ? "accept" : "decline" });
    case 2:
      return encodeFrame(number, Buffer.alloc(0));
    case 3:
      return encodeProtocolMessage({ kind: "version", version: below(2) });
    case 4:
      return encodeProtocolMessage({ kind: "beacon", isRequest: below(2) === 0 });
    case 5:
      return encodeProtocolMessage({ kind: "hello", version: below(2) });
    case 6:
      return encodeProtocolMessage({ kind: "credit", number, bytes: below(2 ** 32) });
    case 7:
      return encodeProtocolMessage({ kind: below(2) === 0 ? "finish" : "reset", number });
    default:
      return encodeFrame(number, Buffer.alloc(below(3_000), "data"));
  }
}
