import { SeededRandom } from "../../src/random/index.ts";
import { decodeMessage, encodeMessage } from "../../src/wire/index.ts";
import { Mutator } from "./mutator.ts";

export interface FuzzResult {
  readonly decoded: number;
  readonly malformed: number;
}

/**
 * Feeds spoilt datagrams to the decoder. What it understands nevertheless must be encodable, and must mean the same
 * when it is decoded again.
 *
 * @throws when a datagram makes the decoder or encoder fail; the message holds the seed and the datagram
 */
export function fuzzDecoder(samples: readonly Uint8Array[], seed: number, count: number): FuzzResult {
  const mutator = new Mutator(samples, new SeededRandom(seed));
  let decoded = 0;
  for (let i = 0; i < count; i++) {
    const datagram = mutator.next();
    try {
      if (survives(datagram)) decoded++;
    } catch (cause) {
      const hex = datagram.reduce((text, byte) => text + byte.toString(16).padStart(2, "0"), "");
      throw new Error(`seed ${seed}, datagram ${i}: ${hex}`, { cause });
    }
  }
  return { decoded, malformed: count - decoded };
}

/** False for a malformed datagram. */
function survives(datagram: Uint8Array): boolean {
  const message = decodeMessage(datagram);
  if (message.kind === "malformed") return false;
  const encoded = encodeMessage(message);
  const again = decodeMessage(encoded);
  if (again.kind !== message.kind) throw new Error(`a ${message.kind} became ${again.kind}`);
  const encodedAgain = encodeMessage(again);
  if (encoded.some((byte, index) => byte !== encodedAgain[index])) throw new Error("it doesn't mean the same twice");
  return true;
}
