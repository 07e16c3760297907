import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SockAddr } from "../../src/address/index.ts";
import { SeededRandom } from "../../src/random/index.ts";
import type { Header } from "../../src/rpc/assembly.ts";
import {
  MAX_ASSEMBLIES,
  MAX_ASSEMBLY_BYTES,
  MAX_ASSEMBLY_MS,
  MAX_EARLY_BYTES,
  MAX_EARLY_PARTS,
  MAX_NETWORK_ASSEMBLY_BYTES,
  MAX_PART_PAUSE_MS,
  MAX_PARTS_PER_VALUE,
} from "../../src/rpc/index.ts";
import { Reassembly } from "../../src/rpc/reassembly.ts";
import { VirtualScheduler } from "../../src/scheduler/index.ts";
import { Value } from "../../src/value/index.ts";
import {
  decodeMessage,
  encodeMessage,
  encodeParts,
  type PartMessage,
  type PutQuery,
  type ValuePart,
} from "../../src/wire/index.ts";
import { envelope, key, Outcome, RpcRig, reply, theirAddress } from "./rpc-rig.ts";

const token = new Uint8Array(32);

class Rig {
  readonly scheduler = new VirtualScheduler();
  readonly whole: Header[] = [];
  readonly reassembly = new Reassembly(this.scheduler, new SeededRandom(1), (message) => this.whole.push(message));
}

function newValue(id: bigint, size: number): Value {
  return new Value({ id, data: new SeededRandom(Number(id)).fill(new Uint8Array(size)) });
}

function putOf(values: readonly Value[], tid = 1): PutQuery {
  return { kind: "put", ...envelope(tid), key, token, values, announced: [] };
}

/** A put as its receiver sees it: the header, and the parts that follow. */
function split(put: PutQuery): { header: PutQuery; parts: PartMessage[] } {
  const header = decodeMessage(encodeMessage(put));
  const parts = encodeParts(put).map((bytes) => decodeMessage(bytes));
  if (header.kind !== "put") throw new Error("not a put");
  return { header, parts: parts.filter((part) => part.kind === "part") };
}

function partOf(tid: number, ...parts: ValuePart[]): PartMessage {
  return { kind: "part", tid, network: 0, client: false, parts };
}

describe("a message whose values come in parts", () => {
  const values = [newValue(1n, 5000), newValue(2n, 10), newValue(3n, 3000)];

  test("is whole when the last part has come, in whatever order, duplicates or not, before or after the header", () => {
    const { header, parts } = split(putOf(values));
    const order = fc.shuffledSubarray([...parts, ...parts.slice(0, 3)], { minLength: parts.length + 3 });
    fc.assert(
      fc.property(order, fc.nat(parts.length), (shuffled, headerPlace) => {
        const rig = new Rig();
        for (const [index, part] of shuffled.entries()) {
          if (index === headerPlace) rig.reassembly.addHeader(header, theirAddress);
          rig.reassembly.addParts(part, theirAddress);
        }
        expect(rig.whole).toHaveLength(1);
        expect(rig.whole[0]).toMatchObject({ kind: "put", tid: 1, announced: [] });
        expect(rig.whole[0]?.values.map((value) => value.getPacked())).toEqual(
          values.map((value) => value.getPacked()),
        );
      }),
      { numRuns: 40 },
    );
  });

  test("takes values that came inline along, before the others", () => {
    const rig = new Rig();
    const { header, parts } = split(putOf([newValue(7n, 2000)]));
    rig.reassembly.addHeader({ ...header, values: [newValue(6n, 3)] }, theirAddress);
    for (const part of parts) rig.reassembly.addParts(part, theirAddress);
    expect(rig.whole[0]?.values.map((value) => value.id)).toEqual([6n, 7n]);
  });

  test("is lost as a whole when one value makes no sense", () => {
    const rig = new Rig();
    const { header, parts } = split(putOf(values));
    rig.reassembly.addHeader(header, theirAddress);
    for (const part of parts) {
      const isLast = part === parts.at(-1);
      const garbled = part.parts.map((each) => ({ ...each, data: each.data.fill(0xff) }));
      rig.reassembly.addParts(isLast ? part : { ...part, parts: garbled }, theirAddress);
    }
    expect([rig.whole, rig.reassembly.size, rig.reassembly.bytes]).toEqual([[], 0, 0]);
  });

  test("is told apart by address, port and number", () => {
    const rig = new Rig();
    const { header, parts } = split(putOf([newValue(1n, 1000)]));
    rig.reassembly.addHeader(header, theirAddress);
    for (const part of parts) {
      rig.reassembly.addParts(part, theirAddress.withPort(1));
      rig.reassembly.addParts(part, SockAddr.ipv4(0x0a000005, 4222));
      rig.reassembly.addParts({ ...part, tid: 2 }, theirAddress);
    }
    expect([rig.whole.length, rig.reassembly.size]).toEqual([0, 4]);
  });

  test("goes on when its header is repeated", () => {
    const rig = new Rig();
    const { header, parts } = split(putOf([newValue(1n, 2000)]));
    expect(rig.reassembly.addHeader(header, theirAddress)).toBe(true);
    for (const part of parts.slice(0, 1)) rig.reassembly.addParts(part, theirAddress);
    expect(rig.reassembly.addHeader(header, theirAddress)).toBe(false);
    for (const part of parts.slice(1)) rig.reassembly.addParts(part, theirAddress);
    expect(rig.whole).toHaveLength(1);
  });
});

describe("time", () => {
  test("a pause of more than three seconds between parts loses the message", () => {
    for (const [pause, count] of [
      [MAX_PART_PAUSE_MS - 1, 1],
      [MAX_PART_PAUSE_MS + 1, 0],
    ] as const) {
      const rig = new Rig();
      const { header, parts } = split(putOf([newValue(1n, 2000)]));
      rig.reassembly.addHeader(header, theirAddress);
      rig.scheduler.advance(pause);
      for (const part of parts) rig.reassembly.addParts(part, theirAddress);
      expect(rig.whole).toHaveLength(count);
    }
  });

  test("duplicates are no progress", () => {
    const rig = new Rig();
    const { header, parts } = split(putOf([newValue(1n, 2000)]));
    rig.reassembly.addHeader(header, theirAddress);
    for (let i = 0; i < 3; i++) {
      for (const part of parts.slice(0, 1)) rig.reassembly.addParts(part, theirAddress);
      rig.scheduler.advance(1000);
    }
    expect(rig.reassembly.size).toBe(0);
  });

  test("after ten seconds it is lost however steadily parts come", () => {
    const rig = new Rig();
    const { header, parts } = split(putOf([newValue(1n, 60_000)]));
    rig.reassembly.addHeader(header, theirAddress);
    for (const part of parts.slice(0, 10)) {
      rig.reassembly.addParts(part, theirAddress);
      expect(rig.reassembly.size).toBe(1);
      rig.scheduler.advance(MAX_ASSEMBLY_MS / 10);
    }
    expect([rig.reassembly.size, rig.reassembly.bytes, rig.scheduler.pending]).toEqual([0, 0, 0]);
  });

  test("nothing is left when it is closed", () => {
    const rig = new Rig();
    rig.reassembly.addHeader(split(putOf([newValue(1n, 2000)])).header, theirAddress);
    rig.reassembly.close();
    expect([rig.reassembly.size, rig.scheduler.pending]).toEqual([0, 0]);
  });
});

describe("limits", () => {
  const data = new Uint8Array(1280);

  test(`at most ${MAX_EARLY_PARTS} parts may overtake their header`, () => {
    const rig = new Rig();
    const small = (offset: number) => partOf(1, { index: 0, offset, data: Uint8Array.of(1) });
    for (let i = 0; i < MAX_EARLY_PARTS; i++) expect(rig.reassembly.addParts(small(i), theirAddress)).toBe(true);
    expect(rig.reassembly.addParts(small(MAX_EARLY_PARTS), theirAddress)).toBe(false);
    expect([rig.reassembly.size, rig.reassembly.bytes]).toEqual([0, 0]);
  });

  test(`at most ${MAX_EARLY_BYTES} bytes may overtake their header`, () => {
    const rig = new Rig();
    const fits = Math.floor(MAX_EARLY_BYTES / data.length);
    for (let i = 0; i < fits; i++) rig.reassembly.addParts(partOf(1, { index: i, offset: 0, data }), theirAddress);
    expect(rig.reassembly.size).toBe(1);
    rig.reassembly.addParts(partOf(1, { index: fits, offset: 0, data }), theirAddress);
    expect(rig.reassembly.size).toBe(0);
  });

  test("empty parts, and datagrams without parts, open nothing", () => {
    const rig = new Rig();
    expect(rig.reassembly.addParts(partOf(1), theirAddress)).toBe(false);
    expect(rig.reassembly.addParts(partOf(1, { index: 0, offset: 0, data: new Uint8Array() }), theirAddress)).toBe(
      false,
    );
    expect(rig.reassembly.size).toBe(0);
  });

  test("parts that overlap, overshoot or belong to no value are ignored", () => {
    const rig = new Rig();
    const { header, parts } = split(putOf([newValue(1n, 2000)]));
    rig.reassembly.addHeader(header, theirAddress);
    rig.reassembly.addParts(parts[0] ?? partOf(1), theirAddress);
    for (const [index, offset] of [
      [0, 0],
      [0, 1],
      [0, 1279],
      [0, 2000],
      [0, 2 ** 32 - 1],
      [1, 1280],
    ] as const) {
      expect(rig.reassembly.addParts(partOf(1, { index, offset, data }), theirAddress)).toBe(false);
    }
    rig.reassembly.addParts(parts[1] ?? partOf(1), theirAddress);
    expect(rig.whole[0]?.values.map((value) => value.data.length)).toEqual([2000]);
  });

  test(`a value in more than ${MAX_PARTS_PER_VALUE} parts is given up`, () => {
    const rig = new Rig();
    rig.reassembly.addHeader(split(putOf([newValue(1n, 2000)])).header, theirAddress);
    const crumb = (offset: number) => partOf(1, { index: 0, offset: offset * 2, data: Uint8Array.of(1) });
    for (let i = 0; i < MAX_PARTS_PER_VALUE; i++) expect(rig.reassembly.addParts(crumb(i), theirAddress)).toBe(true);
    expect(rig.reassembly.addParts(crumb(MAX_PARTS_PER_VALUE), theirAddress)).toBe(false);
    expect(rig.reassembly.size).toBe(0);
  });

  test(`at most ${MAX_ASSEMBLIES} messages are put together at a time; the oldest is given up`, () => {
    const rig = new Rig();
    for (let tid = 0; tid <= MAX_ASSEMBLIES; tid++) {
      rig.reassembly.addParts(partOf(tid, { index: 0, offset: 0, data: Uint8Array.of(1) }), SockAddr.ipv4(tid, 1));
    }
    expect(rig.reassembly.size).toBe(MAX_ASSEMBLIES);
    expect(rig.reassembly.has(SockAddr.ipv4(0, 1), 0)).toBe(false);
    expect(rig.reassembly.has(SockAddr.ipv4(1, 1), 1)).toBe(true);
  });

  test("one network can't take more than its share of memory, all together not more than there is", () => {
    const rig = new Rig();
    const fill = (tid: number, from: SockAddr) => {
      for (let i = 0; i < 80; i++) rig.reassembly.addParts(partOf(tid, { index: i, offset: 0, data }), from);
    };
    for (let tid = 0; tid < 120; tid++) fill(tid, theirAddress.withPort(tid + 1));
    expect(rig.reassembly.bytes).toBeLessThanOrEqual(MAX_NETWORK_ASSEMBLY_BYTES);
    expect(rig.reassembly.bytes).toBeGreaterThan(MAX_NETWORK_ASSEMBLY_BYTES / 2);
    for (let tid = 0; tid < 900; tid++) fill(tid, SockAddr.ipv4(0x0b000000 + tid, 1));
    expect(rig.reassembly.bytes).toBeLessThanOrEqual(MAX_ASSEMBLY_BYTES);
    expect(rig.reassembly.bytes).toBeGreaterThan(MAX_ASSEMBLY_BYTES / 2);
    rig.reassembly.close();
    expect(rig.reassembly.bytes).toBe(0);
  });

  test("a header costs what it announces, not the memory for it", () => {
    const rig = new Rig();
    const announced = Array.from({ length: 1000 }, (_, index) => ({ index, size: 65_000 }));
    rig.reassembly.addHeader({ ...putOf([]), announced }, theirAddress);
    expect(rig.reassembly.bytes).toBeLessThan(200_000);
  });
});

describe("at the door", () => {
  const large = [newValue(1n, 3000)];

  test("a large put is a single query, its parts don't count against the limits", () => {
    const rig = new RpcRig({ maxReqPerSec: 8 });
    rig.receive(putOf(large));
    expect(rig.queries).toMatchObject([{ kind: "put", announced: [], values: [{ id: 1n }] }]);
    expect(rig.rpc.stats.dropped).toMatchObject({ rateLimited: 0, strayPart: 0 });
  });

  test("stray parts count against the limits", () => {
    const rig = new RpcRig({ maxReqPerSec: 8 });
    for (let tid = 0; tid < 5; tid++)
      for (const part of encodeParts(putOf(large, tid))) rig.rpc.receive(part, theirAddress);
    expect(rig.rpc.stats.dropped.rateLimited).toBe(12);
  });

  test("parts of another network are dropped", () => {
    const rig = new RpcRig();
    const put = { ...putOf(large), network: 9 };
    for (const part of encodeParts(put)) rig.rpc.receive(part, theirAddress);
    expect(rig.rpc.stats.dropped.otherNetwork).toBe(3);
  });

  test("a large answer completes its request when it is whole", () => {
    const rig = new RpcRig();
    const outcome = new Outcome();
    const request = rig.rpc.get(rig.peer(), key, undefined, undefined, outcome);
    rig.receive(reply(request.tid, { token, values: large }));
    expect(outcome.calls).toEqual(["reply completed"]);
  });

  test("a large answer that nobody waits for gets no memory", () => {
    const rig = new RpcRig();
    const request = rig.rpc.get(rig.peer(), key, undefined, undefined, new Outcome());
    const bytes = encodeMessage(reply(request.tid, { token, values: large }));
    rig.rpc.receive(encodeMessage(reply(request.tid + 1, { token, values: large })), theirAddress);
    rig.rpc.receive(bytes, theirAddress.withPort(9));
    expect(rig.rpc.stats.dropped.badHeader).toBe(2);
    rig.rpc.receive(bytes, theirAddress);
    expect(rig.rpc.stats.dropped.badHeader).toBe(2);
  });
});
