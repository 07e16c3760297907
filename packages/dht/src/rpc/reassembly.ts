import type { SockAddr } from "../address/index.ts";
import type { RandomSource } from "../random/index.ts";
import type { Scheduler } from "../scheduler/index.ts";
import type { PartMessage } from "../wire/index.ts";
import { hashAddress, hashNetwork, mix } from "./address-hash.ts";
import { Assembly, type Header } from "./assembly.ts";

/** A message must be whole this long after its first datagram … */
export const MAX_ASSEMBLY_MS = 10_000; // OpenDHT wire format, reassembly
/** … and no pause between its parts be longer than this. */
export const MAX_PART_PAUSE_MS = 3_000; // OpenDHT wire format, reassembly
/** Most messages being put together; beyond that the oldest is given up. */
export const MAX_ASSEMBLIES = 1024;
/** Most memory for all of them; beyond that the oldest is given up. */
export const MAX_ASSEMBLY_BYTES = 64 * 1024 * 1024;
/** Most memory for those of one network (IPv4 address, IPv6 /64); what would need more is given up. */
export const MAX_NETWORK_ASSEMBLY_BYTES = 8 * 1024 * 1024;

/** Puts messages together whose values come in parts, in any order. Knows a message by its sender's address and its tid. */
export class Reassembly {
  readonly #scheduler: Scheduler;
  readonly #salt: number;
  readonly #onMessage: (message: Header, from: SockAddr) => void;
  /** Oldest first. */
  readonly #assemblies = new Map<number, Assembly>();
  readonly #bytesByNetwork = new Map<number, number>();
  #bytes = 0;

  /** @param onMessage takes each message that has become whole, `announced` empty */
  constructor(scheduler: Scheduler, random: RandomSource, onMessage: (message: Header, from: SockAddr) => void) {
    this.#scheduler = scheduler;
    this.#salt = random.uint32();
    this.#onMessage = onMessage;
  }

  get size(): number {
    return this.#assemblies.size;
  }

  /** Estimated memory of everything that isn't whole yet. */
  get bytes(): number {
    return this.#bytes;
  }

  has(from: SockAddr, tid: number): boolean {
    return this.#find(from, tid) !== undefined;
  }

  /** A message with announced values. False when the same one is being put together already (a resend): ignored. */
  addHeader(header: Header, from: SockAddr): boolean {
    const known = this.#find(from, header.tid);
    if (known?.hasHeader) return false;
    const assembly = known ?? this.#open(from, header.tid);
    const before = assembly.cost;
    assembly.setHeader(header);
    assembly.progressAt = this.#scheduler.now();
    if (this.#charge(assembly, assembly.cost - before)) this.#finishIfComplete(assembly);
    return true;
  }

  /** A datagram of parts. False when it was of no use. */
  addParts(message: PartMessage, from: SockAddr): boolean {
    if (!message.parts.some((part) => part.data.length > 0)) return false;
    const assembly = this.#find(from, message.tid) ?? this.#open(from, message.tid);
    let isUseful = false;
    for (const part of message.parts) {
      const before = assembly.cost;
      const outcome = assembly.addPart(part);
      if (!this.#charge(assembly, assembly.cost - before)) return false;
      if (outcome === "abuse") {
        this.#drop(assembly);
        return false;
      }
      if (outcome === "taken") isUseful = true;
    }
    if (isUseful) assembly.progressAt = this.#scheduler.now();
    this.#finishIfComplete(assembly);
    return isUseful;
  }

  close(): void {
    for (const assembly of [...this.#assemblies.values()]) this.#drop(assembly);
  }

  #finishIfComplete(assembly: Assembly): void {
    if (!assembly.isComplete) return;
    this.#drop(assembly);
    const message = assembly.finish();
    if (message !== undefined) this.#onMessage(message, assembly.from);
  }

  #key(from: SockAddr, tid: number): number {
    return mix(hashAddress(from, this.#salt), tid);
  }

  #find(from: SockAddr, tid: number): Assembly | undefined {
    const assembly = this.#assemblies.get(this.#key(from, tid));
    return assembly?.tid === tid && assembly.from.equals(from) ? assembly : undefined;
  }

  #open(from: SockAddr, tid: number): Assembly {
    const key = this.#key(from, tid);
    // Another message with the same salted hash: so rare that the older one may go.
    const twin = this.#assemblies.get(key);
    if (twin !== undefined) this.#drop(twin);
    else if (this.#assemblies.size >= MAX_ASSEMBLIES) this.#dropOldest();
    const assembly = new Assembly(from, tid, hashNetwork(from, this.#salt), this.#scheduler.now());
    this.#assemblies.set(key, assembly);
    this.#watch(assembly);
    return assembly;
  }

  /** Gives up when the time has come, else looks again then. One timer, not one per part. */
  #watch(assembly: Assembly): void {
    const due = Math.min(assembly.startedAt + MAX_ASSEMBLY_MS, assembly.progressAt + MAX_PART_PAUSE_MS);
    if (due <= this.#scheduler.now()) this.#drop(assembly);
    else assembly.timer = this.#scheduler.at(due, () => this.#watch(assembly));
  }

  /** Books memory. False when the assembly had to go because its network has used up its share. */
  #charge(assembly: Assembly, bytes: number): boolean {
    this.#book(assembly, bytes);
    if ((this.#bytesByNetwork.get(assembly.network) ?? 0) > MAX_NETWORK_ASSEMBLY_BYTES) {
      this.#drop(assembly);
      return false;
    }
    while (this.#bytes > MAX_ASSEMBLY_BYTES) this.#dropOldest();
    return this.has(assembly.from, assembly.tid);
  }

  #book(assembly: Assembly, bytes: number): void {
    const used = (this.#bytesByNetwork.get(assembly.network) ?? 0) + bytes;
    if (used > 0) this.#bytesByNetwork.set(assembly.network, used);
    else this.#bytesByNetwork.delete(assembly.network);
    this.#bytes += bytes;
  }

  #dropOldest(): void {
    for (const oldest of this.#assemblies.values()) {
      this.#drop(oldest);
      return;
    }
  }

  #drop(assembly: Assembly): void {
    if (!this.#assemblies.delete(this.#key(assembly.from, assembly.tid))) return;
    assembly.timer?.cancel();
    this.#book(assembly, -assembly.cost);
  }
}
