import type { ValueType } from "../value-type.ts";
import { USER_DATA } from "./user-data.ts";

/** The types that every node knows, and whether the rules for signed values go for them. */
export const STANDARD_TYPES: readonly { readonly type: ValueType; readonly isSecure: boolean }[] = [
  { type: USER_DATA, isSecure: true },
];
