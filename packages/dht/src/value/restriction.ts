import type { InfoHash } from "../id/index.ts";
import { Field } from "./field.ts";
import type { Value } from "./value.ts";

/** One condition: the field that a value's must equal. */
export type Restriction =
  | { readonly field: typeof Field.Id; readonly value: bigint }
  | { readonly field: typeof Field.ValueType; readonly value: number }
  | { readonly field: typeof Field.OwnerPk; readonly value: InfoHash }
  | { readonly field: typeof Field.SeqNum; readonly value: number }
  | { readonly field: typeof Field.UserType; readonly value: string };

export function holds(restriction: Restriction, value: Value): boolean {
  switch (restriction.field) {
    case Field.Id:
      return value.id === restriction.value;
    case Field.ValueType:
      return value.type === restriction.value;
    case Field.OwnerPk:
      return value.ownerId?.equals(restriction.value) ?? false;
    case Field.SeqNum:
      return value.seq === restriction.value;
    case Field.UserType:
      return value.userType === restriction.value;
  }
}

export function isSameRestriction(a: Restriction, b: Restriction): boolean {
  if (a.field === Field.OwnerPk) return b.field === Field.OwnerPk && a.value.equals(b.value);
  return a.field === b.field && a.value === b.value;
}
