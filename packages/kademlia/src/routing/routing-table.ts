/**
 * The routing table (Kademlia paper §2.2, §2.4, §4.1, §4.2): a binary tree whose leaves are k-buckets. A full bucket is
 * split where that makes lookups shorter or the own neighbourhood better known; elsewhere newcomers wait in the bucket's
 * replacement cache until a contact has failed five times.
 */

import type { Address } from "../address/index.ts";
import { ID_BITS, type NodeId } from "../id/index.ts";
import type { NodeEntry } from "../wire/index.ts";
import { Bucket } from "./bucket.ts";
import { Contact } from "./contact.ts";

export interface RoutingTableOptions {
  readonly ownId: NodeId;
  /** Contacts in a bucket, nodes in an answer, replicas of a value. */
  readonly k: number;
  /** Bits gained per hop of a lookup: buckets away from the own id are split down to a depth that is a multiple. */
  readonly bitsPerHop: number;
  /** Monotonic ms. */
  readonly now: number;
}

type Tree = Bucket | Branch;

interface Branch {
  readonly children: [Tree, Tree];
}

export class RoutingTable {
  readonly ownId: NodeId;
  readonly k: number;
  readonly #bitsPerHop: number;
  readonly #byAddress = new Map<string, Contact>();
  #root: Tree;

  constructor({ ownId, k, bitsPerHop, now }: RoutingTableOptions) {
    this.ownId = ownId;
    this.k = k;
    this.#bitsPerHop = bitsPerHop;
    this.#root = new Bucket(ownId, 0, k, now);
  }

  get size(): number {
    return this.#byAddress.size;
  }

  find(id: NodeId): Contact | undefined {
    return this.bucketOf(id).find(id);
  }

  findByAddress(address: Address): Contact | undefined {
    return this.#byAddress.get(address.text);
  }

  bucketOf(id: NodeId): Bucket {
    let tree = this.#root;
    for (let depth = 0; !(tree instanceof Bucket); depth++) tree = tree.children[id.bit(depth)];
    return tree;
  }

  /** All buckets in numeric order of their ranges. */
  *buckets(): Generator<Bucket> {
    const trees: Tree[] = [this.#root];
    for (let tree = trees.pop(); tree; tree = trees.pop()) {
      if (tree instanceof Bucket) yield tree;
      else trees.push(tree.children[1], tree.children[0]);
    }
  }

  contacts(): IterableIterator<Contact> {
    return this.#byAddress.values();
  }

  /** Those of the own bucket, then of the buckets at its left and right in turn; of each the newest first. */
  *contactsFromOwnBucket(): Generator<Contact> {
    const buckets = [...this.buckets()];
    const own = buckets.indexOf(this.bucketOf(this.ownId));
    yield* (buckets[own]?.contacts ?? []).toReversed();
    for (let step = 1; step < buckets.length; step++) {
      yield* (buckets[own - step]?.contacts ?? []).toReversed();
      yield* (buckets[own + step]?.contacts ?? []).toReversed();
    }
  }

  /**
   * The `count` nearest known contacts, nearest first; never the target itself, nor what `accepts` refuses.
   *
   * At each branch the half on the target's side is nearer than anything in the other one, so the walk ends as soon as
   * there are enough (unlike a walk in numeric order, which misses near contacts).
   */
  closest(target: NodeId, count: number, accepts: (contact: Contact) => boolean = () => true): Contact[] {
    const found: Contact[] = [];
    collect(this.#root, 0, target, count, accepts, found);
    if (found.length > count) found.length = count;
    return found;
  }

  /**
   * How many contacts are nearer to the target than the own id is. Along the path to the own id, the other half is
   * nearer as a whole where the target lies in it, and farther as a whole where it does not.
   */
  countNearerThanSelf(target: NodeId): number {
    let count = 0;
    let tree = this.#root;
    for (let depth = 0; !(tree instanceof Bucket); depth++) {
      const side = this.ownId.bit(depth);
      if (target.bit(depth) !== side) count += sizeOf(tree.children[side === 0 ? 1 : 0]);
      tree = tree.children[side];
    }
    for (const contact of tree.contacts) if (target.compareDistance(contact.id, this.ownId) < 0) count++;
    return count;
  }

  /** Whether a new node with this id would find a place. */
  hasRoomFor(id: NodeId): boolean {
    const bucket = this.bucketOf(id);
    return !bucket.isFull || bucket.stalest !== undefined || this.#maySplit(bucket);
  }

  /**
   * Takes in a node that has proved itself, in place of a stale contact where the bucket is full, and of whoever was at
   * this address before: one address is one node. Undefined if there is no room, or for the own id.
   */
  add(node: NodeEntry, now: number): Contact | undefined {
    if (node.id.equals(this.ownId)) return undefined;
    const before = this.findByAddress(node.address);
    if (before && !before.id.equals(node.id)) this.remove(before);
    let bucket = this.bucketOf(node.id);
    const known = bucket.find(node.id);
    if (known) return this.#moveTo(known, node.address, now);
    while (bucket.isFull && this.#maySplit(bucket)) {
      this.#split(bucket);
      bucket = this.bucketOf(node.id);
    }
    if (bucket.isFull) {
      const { stalest } = bucket;
      if (!stalest) return undefined;
      this.remove(stalest);
    }
    bucket.removeReplacement(node.id);
    const contact = new Contact(node.id, node.address, now);
    bucket.contacts.push(contact);
    this.#byAddress.set(contact.address.text, contact);
    return contact;
  }

  remove(contact: Contact): void {
    this.bucketOf(contact.id).remove(contact);
    this.#byAddress.delete(contact.address.text);
  }

  /** A message came from the contact: it is the most recently seen of its bucket (Kademlia paper §2.2). */
  heardFrom(contact: Contact, now: number): void {
    contact.heard(now);
    this.bucketOf(contact.id).moveToTail(contact);
  }

  /** Remembers a node for which there is no room. */
  addReplacement(node: NodeEntry): void {
    if (!node.id.equals(this.ownId)) this.bucketOf(node.id).addReplacement(node);
  }

  /** A lookup goes to this target: its bucket needs no refresh for a while. */
  touch(target: NodeId, now: number): void {
    this.bucketOf(target).touchedAt = now;
  }

  #moveTo(contact: Contact, address: Address, now: number): Contact {
    this.#byAddress.delete(contact.address.text);
    contact.address = address;
    this.#byAddress.set(address.text, contact);
    this.heardFrom(contact, now);
    return contact;
  }

  /**
   * Three reasons to split (Kademlia paper §2.4, §4.2): the range holds the own id; it lies within the smallest subtree
   * around the own id that has k contacts, so that this neighbourhood is known in full; its depth is no multiple of
   * `bitsPerHop`.
   */
  #maySplit(bucket: Bucket): boolean {
    if (bucket.depth >= ID_BITS) return false;
    if (bucket.depth % this.#bitsPerHop !== 0) return true;
    const shared = bucket.prefix.commonBits(this.ownId);
    return shared >= bucket.depth || shared >= this.#neighbourhoodDepth();
  }

  /** Depth of the smallest subtree around the own id that holds at least k contacts. */
  #neighbourhoodDepth(): number {
    const shared: number[] = [];
    for (const contact of this.#byAddress.values()) shared.push(contact.id.commonBits(this.ownId));
    if (shared.length < this.k) return 0;
    shared.sort((a, b) => b - a);
    return shared[this.k - 1] ?? 0;
  }

  #split(bucket: Bucket): void {
    const branch: Branch = { children: bucket.split() };
    if (bucket === this.#root) {
      this.#root = branch;
      return;
    }
    let parent = this.#root;
    for (let depth = 0; !(parent instanceof Bucket); depth++) {
      const side = bucket.prefix.bit(depth);
      const child: Tree = parent.children[side];
      if (child === bucket) {
        parent.children[side] = branch;
        return;
      }
      parent = child;
    }
  }
}

function sizeOf(tree: Tree): number {
  return tree instanceof Bucket ? tree.contacts.length : sizeOf(tree.children[0]) + sizeOf(tree.children[1]);
}

/** Appends the contacts of `tree`, nearest first, until there are at least `count`. */
function collect(
  tree: Tree,
  depth: number,
  target: NodeId,
  count: number,
  accepts: (contact: Contact) => boolean,
  found: Contact[],
): void {
  if (!(tree instanceof Bucket)) {
    const near = target.bit(depth);
    collect(tree.children[near], depth + 1, target, count, accepts, found);
    if (found.length < count) collect(tree.children[near === 0 ? 1 : 0], depth + 1, target, count, accepts, found);
    return;
  }
  const inBucket = tree.contacts.filter((contact) => !contact.id.equals(target) && accepts(contact));
  inBucket.sort((a, b) => target.compareDistance(a.id, b.id));
  found.push(...inBucket);
}
