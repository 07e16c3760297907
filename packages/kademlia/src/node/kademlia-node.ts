import type { Address, AddressBook, HostAndPort } from "../address/index.ts";
import { InvalidArgumentError, StoppedError, ValueTooLargeError } from "../errors/index.ts";
import { NodeId } from "../id/index.ts";
import { type Lookup, type LookupResult, winnerOf } from "../lookup/index.ts";
import { MalformedError } from "../msgpack/index.ts";
import type { RandomSource } from "../random/index.ts";
import { type Contact, RoutingTable } from "../routing/index.ts";
import { Rpc, type RpcStats, type Transport } from "../rpc/index.ts";
import type { Scheduler } from "../scheduler/index.ts";
import type { Storage } from "../storage/index.ts";
import type { PackedValue } from "../value/index.ts";
import { encodeAnswer, kinEchoOf, type Message, type NodeEntry, openMessage, parseRequest } from "../wire/index.ts";
import { abortable } from "./abortable.ts";
import { Admission } from "./admission.ts";
import { Bootstrapper, type Resolve } from "./bootstrapper.ts";
import { Copies, MAX_VALUE_BYTES } from "./copies.ts";
import type { EventListener } from "./events.ts";
import { Gate } from "./gate.ts";
import { answerRequest, type RequestContext } from "./handlers/index.ts";
import { Holdings } from "./holdings.ts";
import { Kin } from "./kin.ts";
import { CACHED_COPY_MS, EXPIRE_MS } from "./lifetime.ts";
import { Lookups } from "./lookups.ts";
import { Handover, KeepAlive, Publisher, Refresh, Replication } from "./maintenance/index.ts";
import type { NodeParameters } from "./parameters.ts";
import type { BootstrapOptions, GetOptions, GetResult, SetOptions, SetResult } from "./results.ts";
import { Upkeep } from "./upkeep.ts";

/** Kademlia's parameters, with the paper's values (§2.2, §2.3, §4.2). */
const DEFAULTS = { k: 20, alpha: 3, bitsPerHop: 5, quorum: 3 } as const;

/** Operations of the user that run at once; more wait in line. */
const MAX_RUNNING_OPERATIONS = 64;
const MAX_WAITING_OPERATIONS = 65_536;

/** What a node is made of: its parameters, and what stands in for the world. */
export interface KademliaNodeOptions extends NodeParameters {
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly transport: Transport;
  /** Shared with the transport, so that one address is one object. */
  readonly book: AddressBook;
  readonly storage: Storage;
  readonly resolve: Resolve;
}

/** What a node has done since its start, and what it holds. */
export interface NodeStats extends Readonly<RpcStats> {
  readonly contacts: number;
  readonly pairs: number;
  readonly publications: number;
  readonly requestsAnswered: number;
  /** Datagrams that are no message, or ask for nothing that can be answered. */
  readonly malformed: number;
}

/**
 * A Kademlia node without any I/O: in go datagrams, time and the user's operations; out come datagrams. `Server` puts it
 * on a socket, a testnet into virtual time.
 */
export class KademliaNode {
  readonly id: NodeId;
  readonly k: number;
  readonly alpha: number;
  readonly table: RoutingTable;
  readonly holdings: Holdings;
  readonly publisher: Publisher;
  readonly #options: KademliaNodeOptions;
  readonly #rpc: Rpc;
  readonly #lookups: Lookups;
  readonly #admission: Admission;
  readonly #copies: Copies;
  readonly #bootstrapper: Bootstrapper;
  readonly #handover: Handover;
  readonly #requestContext: RequestContext;
  readonly #upkeep: Upkeep;
  readonly #gate = new Gate(MAX_RUNNING_OPERATIONS, MAX_WAITING_OPERATIONS);
  #isStopped = false;
  #requestsAnswered = 0;
  #malformed = 0;

  constructor(options: KademliaNodeOptions) {
    const { scheduler, random, transport, book, storage, resolve, acceptStore } = options;
    const { k = DEFAULTS.k, alpha = DEFAULTS.alpha, bitsPerHop = DEFAULTS.bitsPerHop } = options;
    for (const [name, value] of Object.entries({ k, alpha, bitsPerHop })) {
      if (!Number.isInteger(value) || value < 1)
        throw new InvalidArgumentError(`${name} must be a whole number from 1 on`);
    }
    const ownId = options.id ?? NodeId.random(random);
    this.#options = options;
    this.id = ownId;
    this.k = k;
    this.alpha = alpha;
    const onEvent: EventListener = (event) => options.onEvent?.(event);
    const table = new RoutingTable({ ownId, k, bitsPerHop, now: scheduler.now() });
    const holdings = new Holdings({ storage, table, scheduler, random });
    const observer = {
      onAnswered: (from: Address, isKin: boolean) => {
        admission.answered(from);
        kin.answered(from, isKin);
      },
      onUnanswered: (to: Address) => admission.unanswered(to),
    };
    const rpc = new Rpc({ transport, scheduler, random, book, observer });
    const onAdmitted = (contact: Contact) => this.#onAdmitted(contact);
    const admission = new Admission({ ownId, table, rpc, scheduler, onAdmitted });
    const lookups = new Lookups({ ownId, alpha, table, rpc, transport, scheduler, admission });
    const kin = new Kin();
    const copies = new Copies({ ownId, rpc, kin, scheduler });
    const onSuperseded = (key: NodeId) => onEvent({ type: "superseded", key });
    const publisher = new Publisher({ lookups, copies, holdings, scheduler, random, onSuperseded });
    const refresh = new Refresh({ table, lookups, scheduler, random });
    const bootstrapper = new Bootstrapper({ table, admission, lookups, refresh, scheduler, random, resolve, onEvent });
    this.table = table;
    this.holdings = holdings;
    this.publisher = publisher;
    this.#rpc = rpc;
    this.#lookups = lookups;
    this.#admission = admission;
    this.#copies = copies;
    this.#bootstrapper = bootstrapper;
    this.#handover = new Handover({ table, holdings, copies, scheduler });
    this.#requestContext = { ownId, table, holdings, acceptStore, now: () => scheduler.now() };
    this.#upkeep = new Upkeep({
      scheduler,
      random,
      storage,
      bootstrapper,
      refresh,
      publisher,
      replication: new Replication({ holdings, lookups, copies, scheduler }),
      keepAlive: new KeepAlive({ ownId, table, rpc, scheduler }),
      keepAliveMs: options.keepAliveMs,
      onError: (error) => onEvent({ type: "error", error }),
    });
  }

  /** Begins the upkeep: refreshing, republishing, handing on, keeping alive. */
  start(): void {
    this.#upkeep.start();
  }

  get stats(): NodeStats {
    return {
      ...this.#rpc.stats,
      contacts: this.table.size,
      pairs: this.holdings.storage.size,
      publications: this.publisher.publications.length,
      requestsAnswered: this.#requestsAnswered,
      malformed: this.#malformed,
    };
  }

  /** The door for datagrams. Never throws; what makes no sense is counted and dropped. */
  receive(datagram: Uint8Array, from: Address): void {
    if (this.#isStopped) return;
    const message = openMessage(datagram);
    try {
      if (!message) this.#malformed++;
      else if (message.type === "response") this.#rpc.onResponse(message, from);
      else if (!this.#options.visitor) this.#onRequest(message, from);
    } catch (error) {
      if (error instanceof MalformedError) this.#malformed++;
      else this.#options.onEvent?.({ type: "error", error });
    }
  }

  /** See `Bootstrapper.join`, which goes on in the background when nobody waits for it any more. */
  bootstrap(places: Iterable<HostAndPort>, { signal }: BootstrapOptions = {}): Promise<readonly NodeEntry[]> {
    return this.#run(() => abortable(this.#bootstrapper.join(places), signal, () => {}), signal);
  }

  /**
   * Stores a value on the k nodes nearest to its key.
   *
   * @throws ValueTooLargeError, StoppedError, BusyError; the signal's reason
   */
  set(key: NodeId, value: PackedValue, options: SetOptions = {}): Promise<SetResult> {
    const { publish = true, keepIfAlone = false, signal } = options;
    if (value.bytes.length > MAX_VALUE_BYTES) throw new ValueTooLargeError(value.bytes.length, MAX_VALUE_BYTES);
    return this.#run(async () => {
      const failure = { ok: false, asked: 0, acknowledged: 0, storedLocally: false } as const;
      const isAlone = this.table.size === 0;
      const { closest } = await ended(this.#lookups.nodes(key), signal);
      if (closest.length === 0) {
        const storedLocally = keepIfAlone && this.holdings.publish(key, value);
        if (storedLocally && publish) this.publisher.add(key, value);
        return { ...failure, reason: isAlone ? "alone" : "unreachable", storedLocally };
      }
      const stores = closest.map(({ address }) => this.#copies.store(key, value, address));
      const outcomes = await abortable(Promise.all(stores), signal, () => {});
      this.#throwIfStopped();
      const acknowledged = outcomes.filter((stored) => stored === true).length;
      if (acknowledged === 0) return { ...failure, reason: "refused", asked: closest.length };
      if (publish) this.publisher.add(key, value);
      const storedLocally = this.#shouldHold(key, closest) && this.holdings.publish(key, value);
      return { ok: true, asked: closest.length, acknowledged, storedLocally };
    }, signal);
  }

  /**
   * Finds the value at a key: in the own storage, or by asking the nodes nearest to the key.
   *
   * @throws InvalidArgumentError, StoppedError, BusyError; the signal's reason
   */
  get(key: NodeId, { quorum = DEFAULTS.quorum, local = true, signal }: GetOptions = {}): Promise<GetResult> {
    if (!(quorum >= 1)) throw new InvalidArgumentError("quorum must be 1 or more: the number of holders to ask");
    return this.#run(async () => {
      const held = local ? this.holdings.get(key) : undefined;
      if (held) return { found: true, value: held.value.unpack(), source: "local", holders: 1, asked: 0 };
      const failure = { found: false, value: undefined } as const;
      if (this.table.size === 0) return { ...failure, reason: "alone", asked: 0 };
      const lookup = this.#lookups.values(key, Math.min(quorum, this.k));
      const { closest, votes, nearestWithout, asked } = await ended(lookup, signal);
      const winner = winnerOf(votes.map(({ value }) => value));
      if (!winner) return { ...failure, reason: closest.length === 0 ? "unreachable" : "absent", asked };
      if (nearestWithout) this.#leaveCopy(key, winner.value, nearestWithout);
      return { found: true, value: winner.value.unpack(), source: "network", holders: winner.holders, asked };
    }, signal);
  }

  /** Asks all contacts for the address that they see us under; those that differ. */
  async visibleAddresses(): Promise<readonly Address[]> {
    const answers = await this.#run(() =>
      Promise.all([...this.table.contacts()].map(({ address }) => this.#rpc.ask({ method: "stun" }, address))),
    );
    const seen = new Map<string, Address>();
    for (const answer of answers) if (answer?.kind === "address") seen.set(answer.address.text, answer.address);
    return [...seen.values()];
  }

  /** Sees to the upkeep that is due, now rather than within the minute. */
  refresh(): Promise<void> {
    return this.#upkeep.round();
  }

  /** Ends all that is under way: operations throw StoppedError. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#upkeep.stop();
    this.#bootstrapper.stop();
    this.#rpc.stop();
  }

  #onRequest(message: Message, from: Address): void {
    const request = parseRequest(message.datagram);
    const answer = answerRequest(request, from, this.#requestContext);
    this.#requestsAnswered++;
    this.#options.transport.send(encodeAnswer(message.id, answer, kinEchoOf(message.id)), from);
    // Every request but `stun` tells who sends it.
    if (request.method !== "stun") this.#admission.heardFrom({ id: request.sender, address: from });
  }

  #onAdmitted(contact: Contact): void {
    const { onEvent } = this.#options;
    if (this.table.size === 1) onEvent?.({ type: "joined" });
    onEvent?.({ type: "contact", node: contact });
    this.#inBackground(this.#handover.serve(contact));
  }

  /** After a find, the nearest node that did not have the value gets it (Kademlia paper §2.3). */
  #leaveCopy(key: NodeId, value: PackedValue, { address }: NodeEntry): void {
    const publishedAt = this.#options.scheduler.wallClock() - EXPIRE_MS + CACHED_COPY_MS;
    this.#inBackground(this.#copies.handOn(key, value, publishedAt, address));
  }

  #shouldHold(key: NodeId, closest: readonly NodeEntry[]): boolean {
    if (this.#options.visitor) return false;
    const farthest = closest[this.k - 1];
    return farthest === undefined || key.compareDistance(this.id, farthest.id) < 0;
  }

  #inBackground(task: Promise<unknown>): void {
    task.catch((error: unknown) => this.#options.onEvent?.({ type: "error", error }));
  }

  #run<T>(operation: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#gate.pass(async () => {
      this.#throwIfStopped();
      const result = await operation();
      this.#throwIfStopped();
      return result;
    }, signal);
  }

  #throwIfStopped(): void {
    if (this.#isStopped) throw new StoppedError();
  }
}

function ended(lookup: Lookup, signal: AbortSignal | undefined): Promise<LookupResult> {
  return abortable(lookup.result, signal, () => lookup.cancel());
}
