import { CommandError } from "../command-error.ts";
import { ExitStatus } from "../exit-status.ts";

/** Longest run of bytes that a capture may ask for at once: no packet is longer, whatever its header claims. */
const MAX_RUN_BYTES = 16 * 1024 * 1024;

/** A stream of bytes, taken in runs of known length. */
export class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #held: Uint8Array = new Uint8Array();

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /**
   * The next bytes; undefined when the stream ends before there are so many.
   * @throws CommandError when more than any packet could have are asked for
   */
  async take(length: number): Promise<DataView<ArrayBuffer> | undefined> {
    if (length > MAX_RUN_BYTES) throw notACapture(`a block claims ${length} bytes`);
    const parts = [this.#held];
    let available = this.#held.length;
    while (available < length) {
      const { value, done } = await this.#chunks.next();
      if (done) break;
      parts.push(value);
      available += value.length;
    }
    const bytes = new Uint8Array(available);
    let offset = 0;
    for (const part of parts) {
      bytes.set(part, offset);
      offset += part.length;
    }
    this.#held = available < length ? bytes : bytes.subarray(length);
    return available < length ? undefined : new DataView(bytes.buffer, 0, length);
  }
}

export function notACapture(detail: string): CommandError {
  return new CommandError({
    status: ExitStatus.couldNotStart,
    code: "ERR_CAPTURE",
    message: `this is no packet capture that can be read: ${detail}`,
    hint: "Give a pcap or pcapng file, as tcpdump -w and Wireshark write them.",
  });
}
