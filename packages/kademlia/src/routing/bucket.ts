import type { NodeId } from "../id/index.ts";
import type { NodeEntry } from "../wire/index.ts";
import type { Contact } from "./contact.ts";

/** Replacements remembered per place in a bucket. */
const REPLACEMENTS_PER_PLACE = 5;

/** A k-bucket (Kademlia paper §2.2): the contacts whose ids begin with the first `depth` bits of `prefix`. */
export class Bucket {
  readonly prefix: NodeId;
  readonly depth: number;
  readonly k: number;
  /** Least recently seen first. */
  readonly contacts: Contact[] = [];
  /** Nodes that want to get in, most recently seen last (Kademlia paper §4.1). Heard of, not verified. */
  readonly replacements: NodeEntry[] = [];
  /** When a lookup last went through this range, monotonic ms. */
  touchedAt: number;

  constructor(prefix: NodeId, depth: number, k: number, now: number) {
    this.prefix = prefix;
    this.depth = depth;
    this.k = k;
    this.touchedAt = now;
  }

  get isFull(): boolean {
    return this.contacts.length >= this.k;
  }

  find(id: NodeId): Contact | undefined {
    for (const contact of this.contacts) if (contact.id.equals(id)) return contact;
    return undefined;
  }

  /** The contact that gives way first: stale, and among these the one unseen for longest. */
  get stalest(): Contact | undefined {
    return this.contacts.find((contact) => contact.isStale);
  }

  moveToTail(contact: Contact): void {
    const { contacts } = this;
    const index = contacts.indexOf(contact);
    if (index < 0) return;
    contacts.copyWithin(index, index + 1);
    contacts[contacts.length - 1] = contact;
  }

  remove(contact: Contact): void {
    const index = this.contacts.indexOf(contact);
    if (index >= 0) this.contacts.splice(index, 1);
  }

  addReplacement(node: NodeEntry): void {
    this.removeReplacement(node.id);
    this.replacements.push(node);
    if (this.replacements.length > this.k * REPLACEMENTS_PER_PLACE) this.replacements.shift();
  }

  removeReplacement(id: NodeId): void {
    const index = this.replacements.findIndex((known) => known.id.equals(id));
    if (index >= 0) this.replacements.splice(index, 1);
  }

  /** The two halves of this bucket, with all that it holds. */
  split(): [Bucket, Bucket] {
    const { prefix, depth, k, touchedAt } = this;
    const own = new Bucket(prefix, depth + 1, k, touchedAt);
    const other = new Bucket(prefix.withBitFlipped(depth), depth + 1, k, touchedAt);
    const halves: [Bucket, Bucket] = prefix.bit(depth) === 0 ? [own, other] : [other, own];
    for (const contact of this.contacts) halves[contact.id.bit(depth)].contacts.push(contact);
    for (const node of this.replacements) halves[node.id.bit(depth)].replacements.push(node);
    return halves;
  }
}
