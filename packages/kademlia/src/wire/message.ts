/**
 * The rpcudp envelope: one UDP datagram is one message.
 *
 *     byte  0       0 request, 1 response
 *     bytes 1 … 20  message id, chosen by the asker, echoed in the response
 *     bytes 21 …    one MessagePack object; whatever follows it is ignored
 *
 * A request's object is `[method, [arguments …]]`, a response's is the answer itself. There is no error response: what
 * cannot be answered is met with silence.
 */

export const MESSAGE_ID_BYTES = 20;
export const HEADER_BYTES = 1 + MESSAGE_ID_BYTES;

/** Largest `[method, arguments]` that a node sends (rpcudp); the header does not count. Larger ones are received. */
export const MAX_REQUEST_BYTES = 8192;

/**
 * What `store` adds to a value's own bytes: array, method name, array, and sender and key with two bytes each. So 8140
 * bytes of MessagePack fit, which is text or bytes of 8137.
 */
export const STORE_OVERHEAD_BYTES = 1 + 6 + 1 + 2 * (2 + 20);

/** Largest payload of UDP over IPv4. Responses may be as large. */
export const MAX_DATAGRAM_BYTES = 65_507;

export const REQUEST_TYPE = 0;
export const RESPONSE_TYPE = 1;

/** A datagram with its header understood; the body starts at HEADER_BYTES. */
export interface Message {
  readonly type: "request" | "response";
  /** A view on the datagram. */
  readonly id: Uint8Array;
  readonly datagram: Uint8Array;
}

/** Undefined for what is neither a request nor a response, or is too short to have a body. */
export function openMessage(datagram: Uint8Array): Message | undefined {
  if (datagram.length <= HEADER_BYTES) return undefined;
  const type = datagram[0];
  if (type !== REQUEST_TYPE && type !== RESPONSE_TYPE) return undefined;
  return { type: type === REQUEST_TYPE ? "request" : "response", id: datagram.subarray(1, HEADER_BYTES), datagram };
}
