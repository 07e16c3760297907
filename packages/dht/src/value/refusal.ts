import { equalBytes } from "./bytes.ts";
import type { Value } from "./value.ts";

/** Why a value is not kept. */
export type Refusal =
  /** The rules of its type speak against it. */
  | "ERR_POLICY"
  /** Its signature is not its owner's. */
  | "ERR_SIGNATURE_INVALID"
  /** It is not signed, and the value whose id it has is. */
  | "ERR_UNSIGNED_EDIT"
  /** The value whose id it has belongs to somebody else. */
  | "ERR_OWNER_MISMATCH"
  /** It is older than the value whose id it has. */
  | "ERR_SEQ_BACKWARDS"
  /** It differs from the value whose id and sequence number it has. */
  | "ERR_SEQ_REUSED"
  /** The value whose id it has is encrypted: nobody can tell whether it is the owner who changes it. */
  | "ERR_ENCRYPTED_EDIT"
  /** A certificate at the place of another key, or in place of another key's certificate. */
  | "ERR_CERTIFICATE_MISMATCH";

/** What speaks against replacing a signed value, whatever its type: only its owner's next version may. */
export function refusalOfUpdate(oldValue: Value, newValue: Value): Refusal | undefined {
  if (!newValue.isSigned() || newValue.isEncrypted()) return "ERR_UNSIGNED_EDIT";
  if (!equalBytes(oldValue.owner, newValue.owner)) return "ERR_OWNER_MISMATCH";
  if (newValue.seq > oldValue.seq) return undefined;
  if (newValue.seq < oldValue.seq) return "ERR_SEQ_BACKWARDS";
  return equalBytes(newValue.getToSign(), oldValue.getToSign()) ? undefined : "ERR_SEQ_REUSED";
}
