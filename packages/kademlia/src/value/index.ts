export { PackedValue } from "./packed-value.ts";
export { pythonText } from "./python-text.ts";
export { textOrBytes } from "./text-or-bytes.ts";
export { Float, type Value } from "./value.ts";
