export { type Answer, encodeAnswer, type NodeEntry, parseAnswer } from "./answer.ts";
export { isFromKin, kinEchoOf, kinMessageId } from "./kinship.ts";
export {
  MAX_DATAGRAM_BYTES,
  MAX_REQUEST_BYTES,
  MESSAGE_ID_BYTES,
  type Message,
  openMessage,
  STORE_OVERHEAD_BYTES,
} from "./message.ts";
export { encodeRequest, type Method, parseRequest, type Request } from "./request.ts";
