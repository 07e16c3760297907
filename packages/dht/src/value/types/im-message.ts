import { packObject } from "../pack-object.ts";
import { Value } from "../value.ts";
import type { TypedValue, ValueType } from "../value-type.ts";
import { PackedRecord } from "./packed-record.ts";

/** Type 3: an instant message; sent signed. */
export interface ImMessage {
  readonly id: bigint;
  readonly msg: string;
  /** Unix time, seconds. */
  readonly date: number;
  /** The application's own numbers. */
  readonly status: number;
  /** What `msg` is, in the manner of MIME types. */
  readonly datatype: string;
  readonly metadatas: Readonly<Record<string, string>>;
}

/** Lives five minutes. */
export const IM_MESSAGE: ValueType = { id: 3, name: "IM message", expirationMs: 300_000 };

/** `{id, msg, date, status, datatype, metadatas}` */
export const ImMessage: TypedValue<ImMessage> = {
  type: IM_MESSAGE,
  filter: (value) => value.isSigned(),
  encode({ id, msg, date, status, datatype, metadatas }) {
    const data = packObject({ id, msg, date, status, datatype, metadatas });
    return new Value({ type: IM_MESSAGE.id, data });
  },
  decode(value) {
    const record = new PackedRecord(value.data);
    return {
      id: record.id("id"),
      msg: record.text("msg"),
      date: record.number("date"),
      status: record.number("status"),
      datatype: record.text("datatype"),
      metadatas: record.texts("metadatas"),
    };
  },
};
