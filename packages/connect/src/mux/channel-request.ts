// Source: DHTNet connection protocol, multiplexed socket (opening channels).
import { type Reader, Writer } from "@hashmere/dht/msgpack";
import { CONTROL_CHANNEL, encodeFrame } from "./frame.ts";

const HIGHEST_NUMBER = 0xffff;
const HIGHEST_STATE = Number.MAX_SAFE_INTEGER;
const STATES = ["request", "accept", "decline"] as const;

export type ChannelRequestState = (typeof STATES)[number];

/** A request for a channel, or the answer to one. */
export interface ChannelRequestPacket {
  readonly name: string;
  readonly number: number;
  readonly state: ChannelRequestState;
}

/** A control packet: an array of name, number and state. */
export function encodeChannelRequest({ name, number, state }: ChannelRequestPacket): Uint8Array {
  const writer = new Writer(Buffer.byteLength(name) + 16);
  writer.arrayHeader(3);
  writer.text(name);
  writer.uint(number);
  writer.uint(STATES.indexOf(state));
  return writer.finish();
}

export function encodeChannelRequestFrame(request: ChannelRequestPacket): Buffer {
  return encodeFrame(CONTROL_CHANNEL, encodeChannelRequest(request));
}

/**
 * What follows in a control packet, read as leniently as other peers do: an array of two is a request, a state that
 * nobody knows is a refusal. Undefined, one object further, when it is something else.
 */
export function readChannelRequest(reader: Reader): ChannelRequestPacket | undefined {
  const { offset } = reader;
  const elements = reader.isNextArray() ? reader.readArrayLength() : 0;
  if (elements >= 2) {
    const name = reader.readText();
    const number = reader.readUint(HIGHEST_NUMBER);
    const state = elements === 2 ? 0 : reader.readUint(HIGHEST_STATE);
    for (let i = 3; i < elements && !reader.failed; i++) reader.skip();
    if (!reader.failed) return { name, number, state: STATES[state] ?? "decline" };
  }
  reader.rewind(offset);
  reader.skip();
  return undefined;
}
