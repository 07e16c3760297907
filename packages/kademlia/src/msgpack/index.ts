export { MalformedError, malformed, Reader } from "./reader.ts";
export { Writer } from "./writer.ts";
