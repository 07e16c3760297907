import { addressFromBytes, addressToBytes } from "../address/index.ts";
import { type GrantedMapping, type MappingRequest, PortMappingError } from "./router.ts";

/** Where routers listen for both protocols (RFC 6886 §1.1, RFC 6887 §19.1). */
export const PORT_CONTROL_PORT = 5351;

const PCP_VERSION = 2;
const NAT_PMP_VERSION = 0;

/** Set in the operation of an answer. */
const IS_ANSWER = 0x80;

const PCP_MAP = 1;
const PCP_MESSAGE_BYTES = 60;
const NONCE_OFFSET = 24;
export const NONCE_BYTES = 12;
const IP_PROTOCOL = { tcp: 6, udp: 17 } as const;

const NAT_PMP_EXTERNAL_ADDRESS = 0;
const NAT_PMP_MAP = { tcp: 2, udp: 1 } as const;
const NAT_PMP_ADDRESS_BYTES = 12;
const NAT_PMP_MAPPING_BYTES = 16;

/** "Unsupported version", in both protocols. */
export const UNSUPPORTED_VERSION = 1;

const RESULTS = {
  "nat-pmp": [
    "",
    "unsupported version",
    "not authorized",
    "network failure",
    "out of resources",
    "unsupported operation",
  ],
  pcp: [
    "",
    "unsupported version",
    "not authorized",
    "malformed request",
    "unsupported operation",
    "unsupported option",
    "malformed option",
    "network failure",
    "no resources",
    "unsupported protocol",
    "quota exceeded",
    "cannot provide the external address",
    "address mismatch",
    "too many remote peers",
  ],
} as const;

/** A request for a mapping, its renewal, or with lifetime 0 its end (RFC 6887 §11.1). */
export function encodePcpMap(request: MappingRequest, clientAddress: string, nonce: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(PCP_MESSAGE_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set([PCP_VERSION, PCP_MAP]);
  view.setUint32(4, request.lifetimeS);
  bytes.set(asIPv6(clientAddress), 8);
  bytes.set(nonce, NONCE_OFFSET);
  view.setUint8(36, IP_PROTOCOL[request.transport]);
  view.setUint16(40, request.internalPort);
  view.setUint16(42, request.externalPort);
  bytes.set(asIPv6("0.0.0.0"), 44);
  return bytes;
}

/** The request for the external address (RFC 6886 §3.2). */
export function encodeNatPmpAddress(): Uint8Array {
  return Uint8Array.of(NAT_PMP_VERSION, NAT_PMP_EXTERNAL_ADDRESS);
}

/** RFC 6886 §3.3 */
export function encodeNatPmpMap(request: MappingRequest): Uint8Array {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  bytes.set([NAT_PMP_VERSION, NAT_PMP_MAP[request.transport]]);
  view.setUint16(4, request.internalPort);
  view.setUint16(6, request.externalPort);
  view.setUint32(8, request.lifetimeS);
  return bytes;
}

/** An answer that says what we may read; undefined when it answers something else. */
export type PortControlAnswer =
  | { readonly kind: "refused"; readonly protocol: "nat-pmp" | "pcp"; readonly result: number; readonly reason: string }
  | { readonly kind: "address"; readonly address: string }
  | { readonly kind: "mapping"; readonly externalPort: number; readonly address?: string; readonly lifetimeS: number };

/** Whether these bytes, from the router, answer the request; and what they say. */
export function decodeAnswer(bytes: Uint8Array, request: Uint8Array): PortControlAnswer | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 8) return undefined;
  const [version, operation = 0] = bytes;
  if (version === PCP_VERSION) {
    const isOurs = operation === (PCP_MAP | IS_ANSWER) && request[0] === PCP_VERSION;
    return isOurs ? decodePcp(bytes, view, request) : undefined;
  }
  if (version !== NAT_PMP_VERSION || (operation & IS_ANSWER) === 0) return undefined;
  const result = view.getUint16(2);
  // A router that only knows NAT-PMP refuses PCP's version, and so names its own.
  if (result !== 0 && (request[0] === PCP_VERSION || operation === ((request[1] ?? 0) | IS_ANSWER)))
    return { kind: "refused", protocol: "nat-pmp", result, reason: RESULTS["nat-pmp"][result] ?? `result ${result}` };
  if (request[0] !== NAT_PMP_VERSION || operation !== ((request[1] ?? 0) | IS_ANSWER)) return undefined;
  if (operation === (NAT_PMP_EXTERNAL_ADDRESS | IS_ANSWER)) {
    const address = bytes.length >= NAT_PMP_ADDRESS_BYTES ? addressFromBytes(bytes.subarray(8, 12), 0) : undefined;
    return address && { kind: "address", address: address.address };
  }
  const isSamePort =
    bytes.length >= NAT_PMP_MAPPING_BYTES && view.getUint16(8) === (((request[4] ?? 0) << 8) | (request[5] ?? 0));
  return isSamePort ? { kind: "mapping", externalPort: view.getUint16(10), lifetimeS: view.getUint32(12) } : undefined;
}

/** The reason as an error, or what was granted. `address` stands in where the protocol does not name one. */
export function grantedBy(answer: PortControlAnswer, address: string): GrantedMapping {
  if (answer.kind !== "mapping")
    throw new PortMappingError(`the router refused: ${answer.kind === "refused" ? answer.reason : "no mapping"}`);
  return {
    external: { address: answer.address ?? address, port: answer.externalPort, family: 4 },
    lifetimeS: answer.lifetimeS,
  };
}

function decodePcp(bytes: Uint8Array, view: DataView, request: Uint8Array): PortControlAnswer | undefined {
  const result = bytes[3] ?? 0;
  if (result !== 0)
    return { kind: "refused", protocol: "pcp", result, reason: RESULTS.pcp[result] ?? `result ${result}` };
  if (bytes.length < PCP_MESSAGE_BYTES) return undefined;
  // Nonce, protocol and internal port say whose mapping it is (RFC 6887 §11.4).
  for (let i = NONCE_OFFSET; i < NONCE_OFFSET + NONCE_BYTES; i++) if (bytes[i] !== request[i]) return undefined;
  if (bytes[36] !== request[36] || bytes[40] !== request[40] || bytes[41] !== request[41]) return undefined;
  const external = addressFromBytes(bytes.subarray(44, 60), 0);
  return {
    kind: "mapping",
    externalPort: view.getUint16(42),
    lifetimeS: view.getUint32(4),
    ...(external && { address: external.address }),
  };
}

/** PCP writes IPv4 addresses as IPv4-mapped IPv6 ones (RFC 6887 §5). */
function asIPv6(address: string): Uint8Array {
  const bytes = addressToBytes({ address, port: 0, family: 4 });
  if (bytes.length === 16) return bytes;
  const mapped = new Uint8Array(16);
  mapped.set([0xff, 0xff], 10);
  mapped.set(bytes, 12);
  return mapped;
}
