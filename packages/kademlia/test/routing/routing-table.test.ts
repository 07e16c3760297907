import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NodeId } from "../../src/id/index.ts";
import { RoutingTable, STALE_AFTER_FAILURES } from "../../src/routing/index.ts";
import type { NodeEntry } from "../../src/wire/index.ts";
import { addressOf } from "../support/address.ts";
import { idOf, idWithPrefix } from "../support/ids.ts";
import { vectors } from "../support/vectors.ts";

let lastHost = 0;
const entry = (id: NodeId): NodeEntry => ({
  id,
  address: addressOf(`10.${++lastHost >> 16}.${(lastHost >> 8) & 255}.${lastHost & 255}`),
});
const OWN = idWithPrefix("0000000000", "own");
const tableOf = (k: number, bitsPerHop = 5, ownId = OWN) => new RoutingTable({ ownId, k, bitsPerHop, now: 0 });

/** k contacts in one far bucket that will not be split, and the table around them. */
function withFullBucket(k: number) {
  const table = tableOf(k, 1);
  const ids = Array.from({ length: k }, (_, index) => idWithPrefix("1", `far-${index}`));
  const contacts = ids.map((id) => table.add(entry(id), 0)).filter((contact) => contact !== undefined);
  for (let index = 0; index < k; index++) table.add(entry(idWithPrefix("0", `near-${index}`)), 0);
  return { table, contacts };
}

describe("the nearest contacts", () => {
  it.each(vectors.routing_tables)("are the true ones among $insert_order.length (k = $k)", (vector) => {
    const table = tableOf(vector.k, 5, NodeId.fromHex(vector.own_id));
    for (const hex of vector.insert_order) expect(table.add(entry(NodeId.fromHex(hex)), 0)).toBeDefined();
    for (const { target, true_closest } of vector.find_neighbors) {
      const found = table.closest(NodeId.fromHex(target), vector.k);
      expect(found.map(({ id }) => id.hex)).toEqual(true_closest);
    }
  });

  it("are what sorting all contacts gives, for any table and target", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(10_000), { maxLength: 200 }),
        fc.nat(10_000),
        fc.integer({ min: 1, max: 20 }),
        (names, name, count) => {
          const table = tableOf(20);
          const target = idOf(`target-${name}`);
          for (const each of names) table.add(entry(idOf(`node-${each}`)), 0);
          const sorted = [...table.contacts()].sort((a, b) => target.compareDistance(a.id, b.id)).slice(0, count);
          expect(table.closest(target, count)).toEqual(sorted);
          const nearer = [...table.contacts()].filter(({ id }) => target.compareDistance(id, OWN) < 0);
          expect(table.countNearerThanSelf(target)).toBe(nearer.length);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe("a routing table", () => {
  it("never holds its own id", () => {
    const table = tableOf(2);
    expect(table.add(entry(OWN), 0)).toBeUndefined();
    expect(table.size).toBe(0);
  });

  it("splits the bucket of the own id without limit (paper §2.4)", () => {
    const table = tableOf(1, 1);
    for (let shared = 0; shared < 30; shared++) table.add(entry(OWN.withBitFlipped(shared)), 0);
    expect(table.size).toBe(30);
  });

  it("knows all of the smallest subtree around itself that holds k nodes (paper §2.4)", () => {
    const table = tableOf(4, 1);
    const neighbours = Array.from({ length: 12 }, (_, index) => idWithPrefix("00001", `neighbour-${index}`));
    for (const id of neighbours) table.add(entry(id), 0);
    expect(table.size).toBe(12);
    for (let index = 0; index < 12; index++) table.add(entry(idWithPrefix("1", `far-${index}`)), 0);
    expect(table.closest(idWithPrefix("1"), 20, ({ id }) => id.bit(0) === 1)).toHaveLength(4);
  });

  it.each([1, 3, 5])("splits far buckets down to a multiple of %i bits (paper §4.2)", (bitsPerHop) => {
    const table = tableOf(4, bitsPerHop);
    for (let index = 0; index < 4; index++) table.add(entry(idWithPrefix("00000000", `near-${index}`)), 0);
    for (let index = 0; index < 1_000; index++) table.add(entry(idWithPrefix("1", `far-${index}`)), 0);
    const depths = [...table.buckets()].filter(({ prefix }) => prefix.bit(0) === 1).map(({ depth }) => depth);
    expect(Math.max(...depths)).toBe(bitsPerHop);
    expect(depths).toHaveLength(2 ** (bitsPerHop - 1));
  });

  it("covers the whole id space with its buckets, each prefix once", () => {
    const table = tableOf(3);
    for (let index = 0; index < 300; index++) table.add(entry(idOf(`node-${index}`)), 0);
    const share = [...table.buckets()].reduce((sum, { depth }) => sum + 2 ** -depth, 0);
    expect(share).toBe(1);
    for (const { prefix, depth, contacts } of table.buckets()) {
      for (const { id } of contacts) expect(id.commonBits(prefix)).toBeGreaterThanOrEqual(depth);
    }
  });

  it("has one contact per address: the one that proved itself last", () => {
    const table = tableOf(4);
    const address = addressOf("192.0.2.9");
    table.add({ id: idOf("before"), address }, 0);
    table.add({ id: idOf("after"), address }, 0);
    expect(table.size).toBe(1);
    expect(table.find(idOf("before"))).toBeUndefined();
  });
});

describe("a full bucket", () => {
  it("keeps its contacts in the order in which they were last seen (paper §2.2)", () => {
    const { table, contacts } = withFullBucket(3);
    const [first, second, third] = contacts;
    if (!first) throw new Error("no contact");
    table.heardFrom(first, 1);
    expect(table.bucketOf(first.id).contacts).toEqual([second, third, first]);
  });

  it("takes nobody in while its contacts are alive, however many knock (paper §2.2)", () => {
    const { table, contacts } = withFullBucket(3);
    for (let index = 0; index < 100; index++) {
      const newcomer = entry(idWithPrefix("1", `newcomer-${index}`));
      expect(table.hasRoomFor(newcomer.id)).toBe(false);
      expect(table.add(newcomer, 1)).toBeUndefined();
      table.addReplacement(newcomer);
    }
    for (const contact of contacts) expect(table.find(contact.id)).toBe(contact);
  });

  it("remembers the newcomers seen last, at most five for each place (paper §4.1)", () => {
    const { table } = withFullBucket(3);
    const newcomers = Array.from({ length: 40 }, (_, index) => entry(idWithPrefix("1", `newcomer-${index}`)));
    for (const newcomer of newcomers) table.addReplacement(newcomer);
    expect(table.bucketOf(idWithPrefix("1")).replacements).toEqual(newcomers.slice(-15));
  });

  it("gives the place of a contact away only after five failures in a row (paper §4.1)", () => {
    const { table, contacts } = withFullBucket(3);
    const [unlucky] = contacts;
    if (!unlucky) throw new Error("no contact");
    const newcomer = entry(idWithPrefix("1", "newcomer"));
    for (let failures = 1; failures < STALE_AFTER_FAILURES; failures++) {
      unlucky.failed(0);
      expect(table.hasRoomFor(newcomer.id)).toBe(false);
    }
    unlucky.failed(0);
    expect(table.add(newcomer, 1)).toBeDefined();
    expect(table.find(unlucky.id)).toBeUndefined();
  });

  it("lets a failing contact rest, twice as long each time, until it is heard of again (paper §4.1)", () => {
    const { contacts } = withFullBucket(1);
    const [contact] = contacts;
    if (!contact) throw new Error("no contact");
    for (const rest of [1_000, 2_000, 4_000, 8_000]) {
      contact.failed(0);
      expect(contact.isResting(rest - 1)).toBe(true);
      expect(contact.isResting(rest)).toBe(false);
    }
    for (let failures = 0; failures < 100; failures++) contact.failed(0);
    expect(contact.isResting(3_600_000)).toBe(false);
    contact.heard(5);
    expect(contact.isResting(5)).toBe(false);
    expect(contact.failures).toBe(0);
  });
});

describe("the legacy order of contacts", () => {
  it("begins with the own bucket, newest first, then left and right in turn", () => {
    const table = tableOf(2, 1, idWithPrefix("10", "own"));
    for (const prefix of ["00", "01", "10", "11"]) {
      for (const name of ["a", "b"]) table.add(entry(idWithPrefix(prefix, `${prefix}${name}`)), 0);
    }
    const order = [...table.contactsFromOwnBucket()].map(({ id }) => `${id.bit(0)}${id.bit(1)}`);
    expect(order.slice(0, 2)).toEqual(["10", "10"]);
    expect(new Set(order)).toEqual(new Set(["00", "01", "10", "11"]));
    expect(order).toHaveLength(table.size);
  });
});
