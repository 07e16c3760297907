/**
 * How nodes of this package know each other, without a word to any other.
 *
 * The network's five methods say nothing of a node's make, and asking by a sixth would reach nodes that do not know it.
 * But a message id is opaque to whoever answers, and bytes behind the answer's object are ignored. So our message ids
 * are 16 random bytes and a check of these; and who answers a request with such an id repeats the id's end behind the
 * answer. Any other node's requests get plain answers, and its answers lack the echo.
 */

import { type RandomSource, randomBytes } from "../random/index.ts";
import { HEADER_BYTES, MESSAGE_ID_BYTES, type Message } from "./message.ts";

const RANDOM_BYTES = 16;
const ECHO_BYTES = 8;

/** A fresh message id that kin recognise. */
export function kinMessageId(random: RandomSource): Uint8Array {
  const id = new Uint8Array(MESSAGE_ID_BYTES);
  id.set(randomBytes(random, RANDOM_BYTES));
  new DataView(id.buffer).setUint32(RANDOM_BYTES, checkOf(id));
  return id;
}

/** What to write behind the answer to a request with this id: nothing, unless its sender is of our make. */
export function kinEchoOf(id: Uint8Array): Uint8Array | undefined {
  const check = new DataView(id.buffer, id.byteOffset).getUint32(RANDOM_BYTES);
  return check === checkOf(id) ? id.subarray(MESSAGE_ID_BYTES - ECHO_BYTES) : undefined;
}

/** Whether an answer to a request of ours comes from a node of our make. Its id ends in chance, which no value foresees. */
export function isFromKin({ id, datagram }: Message): boolean {
  const echo = datagram.length - ECHO_BYTES;
  if (echo <= HEADER_BYTES) return false;
  for (let i = 0; i < ECHO_BYTES; i++) if (datagram[echo + i] !== id[MESSAGE_ID_BYTES - ECHO_BYTES + i]) return false;
  return true;
}

/** FNV-1a of the random bytes. No secret: it only has to be improbable in ids that others make. */
function checkOf(id: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < RANDOM_BYTES; i++) hash = Math.imul(hash ^ (id[i] ?? 0), 0x01000193);
  return hash >>> 0;
}
