export { toHex } from "./hex.ts";
export { keyCode, UNKNOWN_KEY } from "./key-code.ts";
export { literal, mapOf } from "./literal.ts";
export { describePacked, type Picture } from "./picture.ts";
export { Reader } from "./reader.ts";
export { decodeText, encodeText, KnownTexts, textLength } from "./text.ts";
export { readTimestamp, type Timestamp, writeTimestamp } from "./timestamp.ts";
export { Writer } from "./writer.ts";
