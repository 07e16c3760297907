import { MAX_STUN_MESSAGE_BYTES, STUN_HEADER_BYTES, StunMessage } from "../stun/index.ts";
import { TurnError } from "./turn-error.ts";

/** Cuts the bytes of a TCP connection to a TURN server into messages: they stand there one after the other (RFC 8489 §6.2.2). */
export class StunStreamReader {
  #pending: Uint8Array<ArrayBufferLike> = new Uint8Array(0);

  /** What has arrived but belongs to no complete message. */
  get rest(): Uint8Array {
    return this.#pending;
  }

  push(chunk: Uint8Array): void {
    const joined = new Uint8Array(this.#pending.length + chunk.length);
    joined.set(this.#pending);
    joined.set(chunk, this.#pending.length);
    this.#pending = joined;
  }

  /** The next message; undefined until it is complete. @throws TurnError when what arrives is no STUN */
  next(): StunMessage | undefined {
    const bytes = this.#pending;
    if (bytes.length < STUN_HEADER_BYTES) return undefined;
    const length = STUN_HEADER_BYTES + (((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0));
    if (length > MAX_STUN_MESSAGE_BYTES) throw new TurnError(0, "the TURN server sent a message that is too long");
    if (bytes.length < length) return undefined;
    const message = StunMessage.parse(bytes.slice(0, length));
    if (!message) throw new TurnError(0, "what the TURN server sent is not STUN");
    this.#pending = bytes.subarray(length);
    return message;
  }
}
