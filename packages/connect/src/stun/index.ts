export { StunAttributeType } from "./attribute-types.ts";
export { longTermKey, shortTermKey } from "./integrity.ts";
export { StunBuilder } from "./stun-builder.ts";
export {
  isStunMessage,
  MAX_STUN_MESSAGE_BYTES,
  STUN_HEADER_BYTES,
  StunMethod,
} from "./stun-header.ts";
export { StunMessage, transactionKey } from "./stun-message.ts";
