import { packObject } from "../pack-object.ts";
import { Value } from "../value.ts";
import type { TypedValue, ValueType } from "../value-type.ts";
import { PackedRecord } from "./packed-record.ts";

/** Type 4: the wish to be trusted by the recipient; sent encrypted. */
export interface TrustRequest {
  readonly service: string;
  readonly conversationId: string;
  readonly payload: Uint8Array;
  readonly confirm: boolean;
}

/** Lives a week. */
export const TRUST_REQUEST: ValueType = { id: 4, name: "Certificate trust request", expirationMs: 604_800_000 };

/** `{service, conversationId, payload, confirm}` */
export const TrustRequest: TypedValue<TrustRequest> = {
  type: TRUST_REQUEST,
  filter: (value) => value.isSigned() && !value.recipient.isZero(),
  encode({ service, conversationId, payload, confirm }) {
    const data = packObject({ service, conversationId, payload, confirm });
    return new Value({ type: TRUST_REQUEST.id, data });
  },
  decode(value) {
    const record = new PackedRecord(value.data);
    return {
      service: record.text("service"),
      conversationId: record.text("conversationId"),
      payload: record.bytes("payload"),
      confirm: record.boolean("confirm"),
    };
  },
};
