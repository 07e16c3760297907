export { PackedValue } from "./packed-value.ts";
export { pythonText } from "./python-text.ts";
export { Float, type Value } from "./value.ts";
