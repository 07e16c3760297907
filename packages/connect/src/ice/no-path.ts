import { ConnectError } from "../errors/index.ts";
import type { Candidate } from "./candidate.ts";

/** The failure to find a way to the other side, with what was tried. */
export function noPathError(reason: string, ours: readonly Candidate[], theirs: readonly Candidate[]): ConnectError {
  const hasRelay = [...ours, ...theirs].some(({ type }) => type === "relay");
  const advice = hasRelay
    ? "A relay was tried too: is its address right, and does it let both sides in?"
    : "No relay was tried: name a TURN server on one side at least, or let a router there forward a port (UPnP, NAT-PMP).";
  return new ConnectError("ERR_NO_PATH", `No way to the other side: ${reason}`, {
    hint: `Offered here: ${describeKinds(ours)}; there: ${describeKinds(theirs)}. ${advice}`,
  });
}

/** `host TCP IPv4, relay TCP IPv6` */
function describeKinds(candidates: readonly Candidate[]): string {
  const kinds = candidates.map(
    ({ type, transport, address }) => `${type} ${transport.toUpperCase()} IPv${address.family}`,
  );
  return [...new Set(kinds)].join(", ") || "nothing";
}
