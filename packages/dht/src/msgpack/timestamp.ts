import type { Reader } from "./reader.ts";
import type { Writer } from "./writer.ts";

/** A point in time, as MessagePack's timestamp extension holds it. */
export interface Timestamp {
  /** Since 1970 UTC. */
  readonly seconds: number;
  /** 0 … 999 999 999 */
  readonly nanoseconds: number;
}

export const TIMESTAMP_TYPE = 0xff;

/** The reader fails where there is no timestamp. */
export function readTimestamp(reader: Reader): Timestamp {
  const { type, data } = reader.readExtension();
  const timestamp = type === TIMESTAMP_TYPE ? timestampFrom(data) : undefined;
  if (!timestamp) reader.fail();
  return timestamp ?? { seconds: 0, nanoseconds: 0 };
}

/** From the extension's 4, 8 or 12 bytes; undefined for other lengths. */
export function timestampFrom(data: Uint8Array<ArrayBuffer>): Timestamp | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  switch (data.length) {
    case 4:
      return { seconds: view.getUint32(0), nanoseconds: 0 };
    case 8: {
      const high = view.getUint32(0);
      return { seconds: (high & 3) * 2 ** 32 + view.getUint32(4), nanoseconds: high >>> 2 };
    }
    case 12:
      return { seconds: Number(view.getBigInt64(4)), nanoseconds: view.getUint32(0) };
    default:
      return undefined;
  }
}

/** In 4 bytes where that is enough, otherwise in 8; `seconds` in 0 … 2^34−1. */
export function writeTimestamp(writer: Writer, { seconds, nanoseconds }: Timestamp): void {
  const isShort = nanoseconds === 0 && seconds <= 0xffff_ffff;
  writer.byte(isShort ? 0xd6 : 0xd7);
  writer.byte(TIMESTAMP_TYPE);
  if (!isShort) writer.word(nanoseconds * 4 + Math.floor(seconds / 2 ** 32));
  writer.word(seconds);
}
