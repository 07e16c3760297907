import { UnpackError } from "../../errors/index.ts";
import { Reader, Writer } from "../../msgpack/index.ts";
import { Value } from "../value.ts";
import type { TypedValue, ValueType } from "../value-type.ts";

/** Type 5: how to reach a peer behind a NAT; sent encrypted. */
export interface IceCandidates {
  readonly id: bigint;
  readonly data: Uint8Array;
}

/** Lives one minute. */
export const ICE_CANDIDATES: ValueType = { id: 5, name: "ICE candidates", expirationMs: 60_000 };

/** `[id, data]` */
export const IceCandidates: TypedValue<IceCandidates> = {
  type: ICE_CANDIDATES,
  filter: (value) => value.isSigned() && !value.recipient.isZero(),
  encode({ id, data }) {
    const writer = new Writer(data.length + 16);
    writer.arrayHeader(2);
    writer.uint64(id);
    writer.bin(data);
    return new Value({ type: ICE_CANDIDATES.id, data: writer.finish() });
  },
  decode(value) {
    const reader = new Reader(value.data);
    const length = reader.readArrayLength();
    const candidates = { id: reader.readUint64(), data: reader.readBlob() };
    if (length < 2 || reader.failed) throw new UnpackError("no ICE candidates: the data must be [id, bytes]");
    return candidates;
  },
};
