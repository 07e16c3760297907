import type { ValueType } from "../value-type.ts";

/** Type 0: anything at all. */
export const USER_DATA: ValueType = { id: 0, name: "User Data", expirationMs: 600_000 };
