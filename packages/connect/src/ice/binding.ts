import type { TransportAddress } from "../address/index.ts";
import { StunAttributeType, StunBuilder, type StunMessage, StunMethod, shortTermKey } from "../stun/index.ts";
import type { IceRole } from "./candidate-pair.ts";
import type { IceCredentials } from "./description.ts";

/** Peers of this library know each other by it. A multiple of four bytes, so that nobody has to pad it. */
const SOFTWARE = "Hashmere";

const { PRIORITY, USE_CANDIDATE, ICE_CONTROLLED, ICE_CONTROLLING, USERNAME, XOR_MAPPED_ADDRESS, MESSAGE_INTEGRITY } =
  StunAttributeType;
const { BARE_STREAM } = StunAttributeType;

/** What must be understood in a request, and is (RFC 8445 §7.1). */
const UNDERSTOOD: ReadonlySet<number> = new Set([PRIORITY, USE_CANDIDATE, USERNAME, MESSAGE_INTEGRITY]);

export interface BindingRequest {
  readonly transactionId: Uint8Array;
  /** That of the candidate as which the other side learns us. */
  readonly priority: number;
  readonly isNominating: boolean;
  /** The last frame of this side. */
  readonly isBare: boolean;
  readonly role: IceRole;
  readonly tieBreaker: bigint;
}

/** The attributes in the order in which DHTNet sends them. */
export function encodeBindingRequest(
  request: BindingRequest,
  ours: IceCredentials,
  theirs: IceCredentials,
): Uint8Array {
  const builder = new StunBuilder("request", StunMethod.BINDING, request.transactionId);
  builder.uint32(PRIORITY, request.priority);
  if (request.isNominating) builder.flag(USE_CANDIDATE);
  if (request.isBare) builder.flag(BARE_STREAM);
  builder.uint64(request.role === "controlling" ? ICE_CONTROLLING : ICE_CONTROLLED, request.tieBreaker);
  return builder
    .text(StunAttributeType.SOFTWARE, SOFTWARE)
    .text(USERNAME, `${theirs.ufrag}:${ours.ufrag}`)
    .integrity(shortTermKey(theirs.pwd))
    .fingerprint()
    .build();
}

export function encodeBindingSuccess(request: StunMessage, source: TransportAddress, ours: IceCredentials): Uint8Array {
  return new StunBuilder("success", StunMethod.BINDING, request.transactionId)
    .xorAddress(XOR_MAPPED_ADDRESS, source)
    .text(StunAttributeType.SOFTWARE, SOFTWARE)
    .integrity(shortTermKey(ours.pwd))
    .fingerprint()
    .build();
}

/** Keeps the mappings of routers alive; is never answered. */
export function encodeKeepAlive(transactionId: Uint8Array): Uint8Array {
  return new StunBuilder("indication", StunMethod.BINDING, transactionId).fingerprint().build();
}

/** The answer to a request that two sides in the same role make: the other one has to change its role. */
export function encodeRoleConflict(request: StunMessage, ours: IceCredentials): Uint8Array {
  return refusal(request, 487, "Role Conflict").integrity(shortTermKey(ours.pwd)).fingerprint().build();
}

/** A request that was made for us by who knows our password. */
export interface ReceivedCheck {
  readonly kind: "check";
  readonly priority: number;
  readonly isNominating: boolean;
  readonly isBare: boolean;
  /** Undefined when it doesn't say. */
  readonly role: IceRole | undefined;
  readonly tieBreaker: bigint;
  /** The other side runs this library. */
  readonly isOurs: boolean;
}

export type JudgedRequest =
  | ReceivedCheck
  | { readonly kind: "refused"; readonly response: Uint8Array }
  | { readonly kind: "ignored" };

/** What a request is worth. Who is refused is told why, with the codes of RFC 8489 §9.1.3 and §6.3.1. */
export function judgeBindingRequest(request: StunMessage, ours: IceCredentials): JudgedRequest {
  if (request.method !== StunMethod.BINDING || !request.has(MESSAGE_INTEGRITY))
    return refused(request, 400, "Bad Request");
  const username = request.text(USERNAME);
  if (username === undefined) return refused(request, 400, "Missing USERNAME");
  if (username.split(":")[0] !== ours.ufrag) return refused(request, 401, "Unauthorized");
  if (!request.isSignedWith(shortTermKey(ours.pwd))) return refused(request, 401, "MESSAGE-INTEGRITY mismatch");
  const unknown = request.unknownAttributes(UNDERSTOOD);
  if (unknown.length > 0) return refused(request, 420, "Unknown Attribute", unknown);
  const priority = request.uint32(PRIORITY);
  if (priority === undefined) return { kind: "ignored" };
  const isNominating = request.has(USE_CANDIDATE);
  const controlling = request.uint64(ICE_CONTROLLING);
  const controlled = request.uint64(ICE_CONTROLLED);
  return {
    kind: "check",
    priority,
    isNominating,
    isBare: isNominating && request.has(BARE_STREAM),
    role: controlling !== undefined ? "controlling" : controlled !== undefined ? "controlled" : undefined,
    tieBreaker: controlling ?? controlled ?? 0n,
    isOurs: request.text(StunAttributeType.SOFTWARE) === SOFTWARE,
  };
}

function refused(request: StunMessage, code: number, reason: string, unknown?: readonly number[]): JudgedRequest {
  const builder = refusal(request, code, reason, unknown);
  return { kind: "refused", response: builder.fingerprint().build() };
}

function refusal(request: StunMessage, code: number, reason: string, unknown?: readonly number[]): StunBuilder {
  const builder = new StunBuilder("error", request.method, request.transactionId).error(code, reason);
  if (unknown) builder.unknownAttributes(unknown);
  return builder.text(StunAttributeType.SOFTWARE, SOFTWARE);
}
