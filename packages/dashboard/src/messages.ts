/**
 * What a server tells the page, as server-sent events: one of these as JSON in each event's data.
 *
 * Ids and keys are 40 hexadecimal digits, times Unix milliseconds.
 */
export type DashboardMessage = NodeMessage | PeersMessage | TrafficMessage | StoreMessage | HopMessage;

/** How the node is: at the start, and whenever that changes. */
export interface NodeMessage {
  readonly kind: "node";
  readonly id: string;
  readonly status4: FamilyStatus;
  readonly status6: FamilyStatus;
  readonly health: Health;
  /** One sentence. */
  readonly reason: string;
  /** Milliseconds since it was started. */
  readonly uptime: number;
}

export type FamilyStatus = "disconnected" | "connecting" | "connected";

/**
 * - `connected`: peers answer
 * - `connecting`: somebody was asked, nobody has answered yet
 * - `degraded`: peers answer, but something is wrong
 * - `alone`: nobody answers
 */
export type Health = "connected" | "connecting" | "degraded" | "alone";

/** Everybody in the routing table, when it has changed. */
export interface PeersMessage {
  readonly kind: "peers";
  readonly peers: readonly PeerRow[];
}

export interface PeerRow {
  readonly id: string;
  readonly family: 4 | 6;
  readonly state: PeerState;
  /** When anything came from it. */
  readonly lastSeen: number;
  /** How many leading bits the ids of this bucket share with the node's own. */
  readonly bucket: number;
}

/**
 * - `good`: answers
 * - `incoming`: good, and what came last was a question of its own
 * - `dubious`: has not answered yet, or not for long
 * - `expired`: taken for dead
 */
export type PeerState = "good" | "incoming" | "dubious" | "expired";

/** What was received and sent since the last such message; one a second. */
export interface TrafficMessage {
  readonly kind: "traffic";
  readonly at: number;
  readonly in: MessageTally;
  readonly out: MessageTally;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** Messages by kind; what is not named is 0. */
export type MessageTally = Readonly<Partial<Record<MessageKind, number>>>;

export type MessageKind =
  | "ping"
  | "find"
  | "get"
  | "listen"
  | "put"
  | "refresh"
  | "update"
  | "reply"
  | "error"
  | "part";

/** What the node holds, for itself and for others, and what it is listened to for: at most 500 keys. */
export interface StoreMessage {
  readonly kind: "store";
  readonly keys: readonly StoredKeyRow[];
}

export interface StoredKeyRow {
  readonly key: string;
  /** The first of its values: at most 50. */
  readonly values: readonly StoredValueRow[];
  /** How many there are. */
  readonly valueCount: number;
  readonly listeners: ListenersRow;
}

/** Who wants to hear of changes under a key. */
export interface ListenersRow {
  /** How many operations of the node itself. */
  readonly own: number;
  /** How many other nodes. */
  readonly others: number;
  /** The first of these: at most 8. */
  readonly named: readonly ListenerRow[];
}

export interface ListenerRow {
  readonly id: string;
  /** From where it listens: `host:port`. */
  readonly address: string;
}

export interface StoredValueRow {
  /** Decimal, since JSON's numbers have only 53 bits. */
  readonly id: string;
  readonly type: number;
  /** Bytes. */
  readonly size: number;
  readonly expires: number;
}

/** One step of a lookup that was started from the page, as it happens. */
export interface HopMessage {
  readonly kind: "hop";
  /** What `POST /dashboard/lookup` has answered. */
  readonly lookup: string;
  readonly key: string;
  readonly step: "asked" | "answered" | "timeout" | "found" | "done";
  /** Where somebody is asked: `host:port`. Left out of `done`. */
  readonly address?: string;
  /** Who lives there, once that is known. */
  readonly to?: string;
  /** Who had named it. */
  readonly from?: string;
  readonly at: number;
  /** With `answered`: how many nodes the answer names. With `found`: how many values it brings. */
  readonly count?: number;
}
