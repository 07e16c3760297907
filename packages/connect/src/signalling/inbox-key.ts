import { InfoHash, type PkId } from "@hashmere/dht";

/** Which of a device's two ids an inbox is named after. Older programs know the short one alone. */
export type InboxKind = "short" | "long";

/** Where values for a device are put: a key made of its short id, or (later programs) of its device id. */
export function inboxKey(id: InfoHash | PkId): InfoHash {
  return InfoHash.get(`peer:${id}`);
}

/**
 * Which inboxes are used. `enabled`: both are read, requests go to the short one, which everybody reads but those who
 * have it disabled. `supported`: both are read, requests go to the long one. `disabled`: the long one alone.
 */
export type LegacyMode = "enabled" | "supported" | "disabled";

/** The inboxes that a device reads itself. */
export function inboxesRead(mode: LegacyMode): readonly InboxKind[] {
  return mode === "disabled" ? ["long"] : ["short", "long"];
}

/** The inbox of a peer into which requests go. */
export function inboxCalled(mode: LegacyMode): InboxKind {
  return mode === "enabled" ? "short" : "long";
}
