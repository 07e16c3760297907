// Source: DHTNet connection protocol, multiplexed socket (frames, and what real decoders put up with).
import { ConnectError } from "../errors/index.ts";
import { isNeverUsed, tokenBytes, tokenContents, unsignedInteger } from "./token.ts";

/** Longest token that is not data: a 64-bit number with its head. */
const MAX_TOKEN_BYTES = 9;
const HIGHEST_CHANNEL = 0xffff;

/** Where frames go, piece by piece: data is handed on as it comes, never collected. */
export interface FrameSink {
  /** A frame begins. `length` bytes of data follow, in as many pieces as it takes; none at all for an empty frame. */
  frame(channel: number, length: number): void;
  /** A view on what was received, good until the call returns or as long as its buffer is kept. */
  data(piece: Buffer): void;
  /** An object that is no frame was stepped over. */
  strayObject(): void;
}

/** What stands next in the stream. */
type Expectation = "object" | "channel" | "data" | "payload" | "skipped";

/**
 * Takes the stream of a link apart, wherever it was cut: arrays of a channel number (0–65535, an integer of any width)
 * and data (bin or str). Further elements, and objects of another kind, are stepped over without being kept.
 */
export class FrameDecoder {
  readonly #sink: FrameSink;
  readonly #maxFrameBytes: number;
  #expected: Expectation = "object";
  #channel = 0;
  /** Elements of the array under way that have not been looked at. */
  #elements = 0;
  #payloadBytes = 0;
  #skippedBytes = 0;
  #skippedObjects = 0;
  /** Bytes that an object may still take. */
  #allowance = 0;
  /** Beginning of a token that was cut. */
  readonly #cut = Buffer.alloc(MAX_TOKEN_BYTES);
  #cutLength = 0;

  /** @param maxFrameBytes largest object that is believed */
  constructor(sink: FrameSink, maxFrameBytes: number) {
    this.#sink = sink;
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** @throws ConnectError `ERR_PROTOCOL` when this can't be a stream of objects, or one of them is too large */
  write(chunk: Buffer): void {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#expected === "payload") offset = this.#payload(chunk, offset);
      else if (this.#skippedBytes > 0) offset = this.#skip(chunk, offset);
      else offset = this.#cutLength > 0 ? this.#mend(chunk, offset) : this.#next(chunk, offset);
    }
  }

  #payload(chunk: Buffer, offset: number): number {
    const end = Math.min(chunk.length, offset + this.#payloadBytes);
    this.#payloadBytes -= end - offset;
    if (this.#payloadBytes === 0) this.#afterData();
    this.#sink.data(offset === 0 && end === chunk.length ? chunk : chunk.subarray(offset, end));
    return end;
  }

  #skip(chunk: Buffer, offset: number): number {
    const end = Math.min(chunk.length, offset + this.#skippedBytes);
    this.#skippedBytes -= end - offset;
    if (this.#skippedBytes === 0 && this.#skippedObjects === 0) this.#expected = "object";
    return end;
  }

  /** A token that lies in the chunk, or the first part of one. */
  #next(chunk: Buffer, offset: number): number {
    const head = chunk[offset] ?? 0;
    const length = tokenBytes(head);
    if (offset + length <= chunk.length) {
      this.#token(head, chunk, offset);
      return offset + length;
    }
    chunk.copy(this.#cut, 0, offset);
    this.#cutLength = chunk.length - offset;
    return chunk.length;
  }

  /** Completes a token that was cut, as far as the chunk reaches. */
  #mend(chunk: Buffer, offset: number): number {
    const head = this.#cut[0] ?? 0;
    const missing = tokenBytes(head) - this.#cutLength;
    const end = Math.min(chunk.length, offset + missing);
    chunk.copy(this.#cut, this.#cutLength, offset, end);
    this.#cutLength += end - offset;
    if (end - offset === missing) {
      this.#cutLength = 0;
      this.#token(head, this.#cut, 0);
    }
    return end;
  }

  #token(head: number, bytes: Buffer, offset: number): void {
    if (isNeverUsed(head)) throw new ConnectError("ERR_PROTOCOL", "the other side sent bytes that are no MessagePack");
    if (this.#expected === "object") this.#begin(head, bytes, offset);
    else if (this.#expected === "channel") this.#channelToken(head, bytes, offset);
    else if (this.#expected === "data") this.#dataToken(head, bytes, offset);
    else this.#skipToken(head, bytes, offset);
  }

  #begin(head: number, bytes: Buffer, offset: number): void {
    this.#allowance = this.#maxFrameBytes;
    const { kind, count } = tokenContents(head, bytes, offset);
    if (kind === "array" && count >= 2) {
      this.#elements = count;
      this.#expected = "channel";
    } else {
      this.#sink.strayObject();
      this.#skippedObjects = 1;
      this.#skipToken(head, bytes, offset);
    }
  }

  #channelToken(head: number, bytes: Buffer, offset: number): void {
    this.#channel = unsignedInteger(head, bytes, offset);
    if (this.#channel >= 0 && this.#channel <= HIGHEST_CHANNEL) {
      this.#elements--;
      this.#expected = "data";
    } else this.#stray(head, bytes, offset);
  }

  #dataToken(head: number, bytes: Buffer, offset: number): void {
    const { kind, count } = tokenContents(head, bytes, offset);
    if (kind !== "blob") {
      this.#stray(head, bytes, offset);
      return;
    }
    if (count > this.#maxFrameBytes) throw tooLarge(this.#maxFrameBytes);
    this.#elements--;
    this.#payloadBytes = count;
    if (count > 0) this.#expected = "payload";
    else this.#afterData();
    this.#sink.frame(this.#channel, count);
  }

  #afterData(): void {
    this.#skippedObjects = this.#elements;
    this.#expected = this.#elements === 0 ? "object" : "skipped";
  }

  /** The array under way is no frame: its remaining elements are stepped over, this token's first. */
  #stray(head: number, bytes: Buffer, offset: number): void {
    this.#sink.strayObject();
    this.#skippedObjects = this.#elements;
    this.#skipToken(head, bytes, offset);
  }

  #skipToken(head: number, bytes: Buffer, offset: number): void {
    const { kind, count } = tokenContents(head, bytes, offset);
    this.#skippedObjects--;
    if (kind === "array" || kind === "map") this.#skippedObjects += kind === "map" ? 2 * count : count;
    else this.#skippedBytes = count;
    this.#allowance -= 1 + this.#skippedBytes;
    if (this.#allowance < 0) throw tooLarge(this.#maxFrameBytes);
    this.#expected = this.#skippedObjects > 0 || this.#skippedBytes > 0 ? "skipped" : "object";
  }
}

function tooLarge(maxBytes: number): ConnectError {
  return new ConnectError("ERR_PROTOCOL", `the other side sent an object of more than ${maxBytes} bytes`);
}
