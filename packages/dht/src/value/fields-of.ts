import { InfoHash } from "../id/index.ts";
import { Field, type FieldValues } from "./field.ts";
import type { Select } from "./select.ts";
import type { Value } from "./value.ts";

/**
 * What a value answers to a Select. Nothing is left out: a field that the value lacks gives zero, an empty text or the
 * zero hash, and an encrypted value shows its id alone.
 */
export function fieldsOf(value: Value, select: Select): FieldValues {
  const selects = (field: Field) => select.fields.includes(field);
  return {
    id: selects(Field.Id) ? value.id : undefined,
    valueType: selects(Field.ValueType) ? value.type : undefined,
    owner: selects(Field.OwnerPk) ? (value.ownerId ?? InfoHash.zero) : undefined,
    ownerKey: selects(Field.OwnerPk) ? value.owner : undefined,
    seq: selects(Field.SeqNum) ? value.seq : undefined,
    userType: selects(Field.UserType) ? value.userType : undefined,
  };
}
