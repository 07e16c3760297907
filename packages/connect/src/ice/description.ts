import type { RandomSource } from "@hashmere/dht";
import type { Candidate } from "./candidate.ts";
import { formatCandidate, parseCandidate } from "./candidate-text.ts";

/** What a side proves itself with in its checks. Both are legal in SDP: letters, digits, `+` and `/`. */
export interface IceCredentials {
  readonly ufrag: string;
  readonly pwd: string;
}

/** What one side tells the other about itself: `ice_msg` of a connection request. */
export interface IceDescription extends IceCredentials {
  readonly candidates: readonly Candidate[];
}

/** What DHTNet reads; of more than these, at most {@link MAX_HOSTS_WHEN_TRIMMED} and {@link MAX_RELAYS_WHEN_TRIMMED}. */
export const MAX_CANDIDATES = 31;
const MAX_HOSTS_WHEN_TRIMMED = 8;
const MAX_RELAYS_WHEN_TRIMMED = 4;

/** RFC 8839 §5.4 */
const MAX_CREDENTIAL_LENGTH = 256;

/** DHTNet's lengths, in hexadecimal digits. */
const UFRAG_LENGTH = 8;
const PWD_LENGTH = 24;

export function randomCredentials(random: RandomSource): IceCredentials {
  const digits = Array.from(random.fill(new Uint8Array((UFRAG_LENGTH + PWD_LENGTH) / 2)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
  return { ufrag: digits.slice(0, UFRAG_LENGTH), pwd: digits.slice(UFRAG_LENGTH) };
}

/**
 * Reads a description: a line each for the credentials, then one per candidate. Lines that are no candidates are left
 * out, as are candidates above {@link MAX_CANDIDATES}. Undefined without credentials.
 */
export function parseDescription(text: string): IceDescription | undefined {
  const [ufrag = "", pwd = "", ...lines] = text.split("\n").map((line) => line.trim());
  if (!isCredential(ufrag) || !isCredential(pwd)) return undefined;
  const candidates = lines.map(parseCandidate).filter((candidate) => candidate !== undefined);
  return { ufrag, pwd, candidates: trimCandidates(candidates) };
}

/** Every line ends with a line feed, the last one too. */
export function formatDescription({ ufrag, pwd, candidates }: IceDescription): string {
  return `${[ufrag, pwd, ...candidates.map(formatCandidate)].join("\n")}\n`;
}

/** As DHTNet does it: the first in order stay, so those that matter most come first. */
export function trimCandidates<T extends Candidate>(candidates: readonly T[]): readonly T[] {
  if (candidates.length <= MAX_CANDIDATES) return candidates;
  const left = { host: MAX_HOSTS_WHEN_TRIMMED, relay: MAX_RELAYS_WHEN_TRIMMED };
  const kept = candidates.filter(({ type }) => (type === "host" || type === "relay" ? left[type]-- > 0 : true));
  return kept.slice(0, MAX_CANDIDATES);
}

function isCredential(text: string): boolean {
  return text.length > 0 && text.length <= MAX_CREDENTIAL_LENGTH && /^[\x21-\x7e]+$/.test(text);
}
