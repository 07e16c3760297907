/** Attribute types of STUN (RFC 8489 §18.3), ICE (RFC 8445 §20.3), TURN (RFC 8656 §18) and TURN over TCP (RFC 6062 §6.2). */
export const StunAttributeType = {
  MAPPED_ADDRESS: 0x0001,
  USERNAME: 0x0006,
  MESSAGE_INTEGRITY: 0x0008,
  ERROR_CODE: 0x0009,
  UNKNOWN_ATTRIBUTES: 0x000a,
  CHANNEL_NUMBER: 0x000c,
  LIFETIME: 0x000d,
  XOR_PEER_ADDRESS: 0x0012,
  DATA: 0x0013,
  REALM: 0x0014,
  NONCE: 0x0015,
  XOR_RELAYED_ADDRESS: 0x0016,
  REQUESTED_ADDRESS_FAMILY: 0x0017,
  REQUESTED_TRANSPORT: 0x0019,
  XOR_MAPPED_ADDRESS: 0x0020,
  PRIORITY: 0x0024,
  USE_CANDIDATE: 0x0025,
  CONNECTION_ID: 0x002a,
  SOFTWARE: 0x8022,
  FINGERPRINT: 0x8028,
  ICE_CONTROLLED: 0x8029,
  ICE_CONTROLLING: 0x802a,
  /** Of this library alone: what follows this nomination on its TCP connection is in no frames. */
  BARE_STREAM: 0xff4d,
} as const;

/** Below this, whoever does not know an attribute must not act on the message (RFC 8489 §14). */
export const FIRST_OPTIONAL_ATTRIBUTE = 0x8000;
