export { keyCode, UNKNOWN_KEY } from "./key-code.ts";
export { literal, mapOf } from "./literal.ts";
export { Reader } from "./reader.ts";
export { decodeText, encodeText, KnownTexts, textLength } from "./text.ts";
export { Writer } from "./writer.ts";
