import { describePacked, type Picture } from "../msgpack/index.ts";
import { encodeMessage } from "./encode.ts";
import type { Message } from "./message.ts";

/** A message as it lies on the wire, for people: keys by their wire names, in wire order (see `describePacked`). */
export function describeMessage(message: Message): Picture {
  return describePacked(encodeMessage(message));
}
