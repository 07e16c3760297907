export { describePacked, type Picture } from "../msgpack/index.ts";
export { decodeMessage } from "./decode.ts";
export { describeMessage } from "./describe.ts";
export {
  DHT_SERVICE,
  decodeDhtService,
  decodeDiscovery,
  encodeDhtService,
  encodeDiscoveryQuery,
  encodePublication,
} from "./discovery/index.ts";
export { encodeMessage, encodeParts } from "./encode.ts";
export { type Envelope, USER_AGENT } from "./envelope.ts";
export type { ErrorReply } from "./error.ts";
export {
  decodeNodes,
  decodeStateFile,
  decodeValues,
  type ExportedValue,
  encodeNodes,
  encodeStateFile,
  encodeValues,
  type SavedState,
  type ValuesExport,
} from "./exports/index.ts";
export type { FindQuery } from "./find.ts";
export type { GetQuery } from "./get.ts";
export type { LegacyUpdate } from "./legacy-update.ts";
export type { ListenQuery } from "./listen.ts";
export type { Malformed, Message, QueryMessage } from "./message.ts";
export type { NodeEntry } from "./nodes.ts";
export { PART_BYTES, type PartMessage, type ValuePart } from "./part.ts";
export type { PingQuery } from "./ping.ts";
export type { PutQuery } from "./put.ts";
export type { RefreshQuery } from "./refresh.ts";
export type { Reply } from "./reply.ts";
export type { UpdateQuery } from "./update.ts";
export { MAX_PACKED_VALUE_BYTES } from "./values.ts";
export { WANT_IPV4, WANT_IPV6 } from "./want.ts";
