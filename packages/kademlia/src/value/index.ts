export { PackedValue } from "./packed-value.ts";
export { Float, isWrittenAsInteger, type Value } from "./value.ts";
