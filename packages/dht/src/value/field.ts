import type { InfoHash } from "../id/index.ts";

/** The fields of a value that a query can select or restrict (OpenDHT wire format, field numbers). */
export const Field = { Id: 1, ValueType: 2, OwnerPk: 3, SeqNum: 4, UserType: 5 } as const;
export type Field = (typeof Field)[keyof typeof Field];

/** True for the five numbers that name a field; 0 ("none") and anything above 5 do not. */
export function isField(number: number): number is Field {
  return number >= Field.Id && number <= Field.UserType;
}

/** One answer to a query with a Select: only the selected fields are present. */
export interface FieldValues {
  readonly id?: bigint | undefined;
  readonly valueType?: number | undefined;
  /** Short key id of the owner; the zero hash for a value without owner. */
  readonly owner?: InfoHash | undefined;
  /** The owner's whole key (DER), where the answering node sent it instead of its id. */
  readonly ownerKey?: Uint8Array | undefined;
  readonly seq?: number | undefined;
  readonly userType?: string | undefined;
}
