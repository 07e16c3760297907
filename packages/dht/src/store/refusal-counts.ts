import type { Refusal } from "../value/index.ts";

/** Received values that were not kept, by what spoke against them. */
export type RefusalCounts = Readonly<Record<Refusal, number>>;

export function noRefusals(): Record<Refusal, number> {
  return {
    ERR_POLICY: 0,
    ERR_SIGNATURE_INVALID: 0,
    ERR_UNSIGNED_EDIT: 0,
    ERR_OWNER_MISMATCH: 0,
    ERR_SEQ_BACKWARDS: 0,
    ERR_SEQ_REUSED: 0,
    ERR_ENCRYPTED_EDIT: 0,
    ERR_CERTIFICATE_MISMATCH: 0,
  };
}
