import { randomBelow, SeededRandom } from "../../../dht/src/random/index.ts";
import { Mutator } from "../../../dht/test/wire/mutator.ts";
import { encodeFrame, FrameReader } from "../../src/framing/index.ts";
import { formatDescription, parseDescription } from "../../src/ice/index.ts";
import { isStunMessage, STUN_HEADER_BYTES, StunBuilder, StunMessage, shortTermKey } from "../../src/stun/index.ts";
import { CAPTURED, ICE_MESSAGES, TURN_MESSAGES } from "../stun/captured.ts";
import { makeRequest, OURS, type ScriptedFlow, ScriptedPeer, THEIRS } from "./scripted-peer.ts";

export interface FuzzCounts {
  /** Spoilt messages that were read nevertheless. */
  readonly messages: number;
  /** Spoilt descriptions that were read nevertheless. */
  readonly descriptions: number;
}

const BARE_OFFER = "H1 1 TCP 2130706431 192.0.2.2 6000 typ host tcptype passive x-tls bare";

/** What an agent meets before it has to find its way all the same. */
const MESSAGES_PER_AGENT = 500;

/** No agent may have more timers than pairs that it is allowed, and a few for itself. */
const MAX_TIMERS = 250;

const TYPES = [0x0001, 0x0006, 0x0009, 0x0020, 0x0024, 0x0025, 0x0bad, 0x8022, 0x8029, 0x802a, 0x9bad, 0xff4d];

/**
 * Sends spoilt messages of real peers, and rightly signed nonsense, to agents, and reads spoilt descriptions and frames.
 *
 * @throws when something can't take it; the message holds the seed and the bytes
 */
export function fuzzPeer(seed: number, count: number): FuzzCounts {
  const random = new SeededRandom(seed);
  const below = (bound: number) => randomBelow(random, bound);
  const samples = [
    ...ICE_MESSAGES.map(({ bytes }) => bytes),
    ...TURN_MESSAGES,
    makeRequest(),
    makeRequest({ isNominating: true }),
    makeRequest({ isNominating: true, extra: 0xff4d }),
  ];
  const texts = [...CAPTURED.signalling.request, ...CAPTURED.signalling.answer].map(({ decoded }) => decoded.ice_msg);
  const messages = new Mutator(samples, random);
  const descriptions = new Mutator(
    texts.map((text) => new TextEncoder().encode(text)),
    random,
  );
  const counts = { messages: 0, descriptions: 0 };

  for (let done = 0; done < count; ) {
    const isBare = below(2) === 0;
    const peer = new ScriptedPeer(below(2) === 0 ? "controlled" : "controlling", { canBeBare: isBare });
    if (below(4) > 0) peer.start(isBare ? [BARE_OFFER] : undefined);
    const flows = Array.from({ length: 4 }, () => peer.connect());
    if (peer.dialled.length > 0) flows.push(peer.accept());
    const reader = new FrameReader(STUN_HEADER_BYTES, {
      isMessage: isStunMessage,
      onMessage: (message) => flows[below(flows.length)]?.receive(message),
      onData: () => {},
    });
    for (let i = 0; i < MESSAGES_PER_AGENT && done < count; i++, done++) {
      const bytes = below(3) === 0 ? signedNonsense() : messages.next();
      const description = descriptions.next();
      try {
        if (StunMessage.parse(bytes)) counts.messages++;
        flows[below(flows.length)]?.receive(bytes);
        for (let at = 0, frame = messages.spoil(encodeFrame(bytes)); at < frame.length; ) {
          const end = at + 1 + below(frame.length);
          reader.push(frame.subarray(at, end));
          at = end;
        }
        if (isReadable(description)) counts.descriptions++;
        if (below(50) === 0) peer.scheduler.advance(below(2000));
        if (peer.scheduler.pending > MAX_TIMERS) throw new Error(`${peer.scheduler.pending} timers`);
      } catch (cause) {
        const [message, text] = [bytes, description].map((part) => Buffer.from(part).toString("hex"));
        throw new Error(`seed ${seed}, message ${done}: ${message}, description ${text}`, { cause });
      }
      for (const flow of flows) answerSome(flow);
    }
    peer.agent.close();
    if (peer.scheduler.pending > 0) throw new Error(`seed ${seed}: a closed agent has timers`);
  }
  return counts;

  /** Any attributes with any content, signed with the right password: what only a hostile peer sends. */
  function signedNonsense(): Uint8Array {
    const messageClass = (["request", "indication", "success", "error"] as const)[below(4)] ?? "request";
    const builder = new StunBuilder(messageClass, below(8) === 0 ? below(0xfff) : 1, random.fill(new Uint8Array(12)));
    if (below(4) > 0) builder.uint32(0x0024, random.uint32()).text(0x0006, OURS.ufrag);
    for (let left = below(6); left > 0; left--) {
      builder.attribute(TYPES[below(TYPES.length)] ?? 0, random.fill(new Uint8Array(below(24))));
    }
    builder.integrity(shortTermKey(messageClass === "request" ? OURS.pwd : THEIRS.pwd));
    return builder.build();
  }

  /** Lets checks succeed now and then, so that agents get as far as to a choice. */
  function answerSome(flow: ScriptedFlow): void {
    while (flow.sent.length > 0) {
      if (flow.sent[0]?.class === "request" && below(8) === 0) flow.answer();
      else flow.sent.shift();
    }
  }
}

/** Whether it is a description; what is read must mean the same when it is written and read again. */
function isReadable(bytes: Uint8Array): boolean {
  const description = parseDescription(new TextDecoder().decode(bytes));
  if (description === undefined) return false;
  const text = formatDescription(description);
  const again = parseDescription(text);
  if (again === undefined || formatDescription(again) !== text) throw new Error("it doesn't mean the same twice");
  return true;
}
