export { type SecureStream, type SecureStreamOptions, secureStream } from "./secure-stream.ts";
