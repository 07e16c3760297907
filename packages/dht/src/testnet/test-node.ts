import type { Family, SockAddr } from "../address/index.ts";
import { InfoHash } from "../id/index.ts";
import { combinedStatus, DhtNode, type LookupOutcome, type NodeStatus, type PutOutcome } from "../node/index.ts";
import { randomId64, SeededRandom } from "../random/index.ts";
import type { Scheduler } from "../scheduler/index.ts";
import { type FieldValues, type Filter, Query, Value, type Where } from "../value/index.ts";
import type { NodeEntry } from "../wire/index.ts";
import type { Drive } from "./drive.ts";
import { NodeClock } from "./node-clock.ts";
import type { TestNodeConfig } from "./options.ts";
import type { Endpoint } from "./simulated-network.ts";
import { TestListener } from "./test-listener.ts";

/** A key, or a text that is hashed to one. */
export type Key = InfoHash | string;
/** A value, or its data: bytes, or a text as UTF-8. */
export type Content = Value | Uint8Array | string;

/** As `PutOptions` of a DhtRunner. */
export interface TestPutOptions {
  readonly permanent?: boolean;
  readonly urgent?: boolean;
  /** Unix ms by the node's wall clock. */
  readonly created?: number;
}

/** Which values: as `GetOptions` of a DhtRunner. */
export interface TestGetOptions {
  readonly where?: Where;
  readonly filter?: Filter;
}

/** How a put ended, with the value that was put. */
export type PutResult = PutOutcome & { readonly value: Value };
/** How a get ended, with all values found. */
export type GetResult = LookupOutcome & { readonly values: readonly Value[] };
/** How a query ended, with all answers. */
export type QueryResult = LookupOutcome & { readonly fields: readonly FieldValues[] };

export interface TestNodeInit {
  readonly index: number;
  readonly seed: number;
  readonly endpoint: Endpoint;
  readonly scheduler: Scheduler;
  readonly drive: Drive;
  readonly config: TestNodeConfig;
}

/**
 * A node of a testnet. Its promises run virtual time until they settle; several may be awaited at once.
 *
 * Operations begin at once: those of a node that isn't connected fail, so `await node.connected()` after a restart.
 */
export class TestNode {
  readonly index: number;
  /** Stays the same over restarts. */
  readonly id: InfoHash;
  readonly #init: TestNodeInit;
  readonly #clock: NodeClock;
  readonly #random: SeededRandom;
  readonly #onConnected = new Set<() => void>();
  #dht: DhtNode | undefined;

  constructor(init: TestNodeInit) {
    this.index = init.index;
    this.#init = init;
    this.#clock = new NodeClock(init.scheduler);
    this.#random = new SeededRandom(init.seed);
    this.id = init.config.id ?? InfoHash.random(this.#random);
  }

  /** The engine of a running node. */
  get dht(): DhtNode {
    if (this.#dht === undefined) throw new Error(`node ${this.index} is down: restart it first`);
    return this.#dht;
  }

  get isRunning(): boolean {
    return this.#dht !== undefined;
  }

  /** Where others reach it: IPv4 if it has that. */
  get address(): SockAddr {
    const { address4, address6 } = this.#init.endpoint;
    const address = address4 ?? address6;
    if (address === undefined) throw new Error("a test node has an address in at least one family");
    return address;
  }

  addressOf(family: Family): SockAddr | undefined {
    return this.#init.endpoint.addressOf(family);
  }

  get endpoint(): Endpoint {
    return this.#init.endpoint;
  }

  get status(): NodeStatus {
    return this.#dht === undefined ? "disconnected" : combinedStatus(this.#dht.status4, this.#dht.status6);
  }

  /** What the node believes the Unix time to be, ms. */
  get wallClock(): number {
    return this.#clock.wallClock();
  }

  /** Starts it, empty, unless it runs. */
  start(): void {
    if (this.#dht !== undefined) return;
    const { endpoint, config } = this.#init;
    const dht = new DhtNode({
      ...config,
      id: this.id,
      scheduler: this.#clock,
      random: new SeededRandom(this.#random.uint32()),
      send: (datagram, to) => endpoint.send(datagram, to),
      families: { 4: endpoint.address4 !== undefined, 6: endpoint.address6 !== undefined },
      events: {
        ...config.events,
        onStatus: (status4, status6) => {
          config.events?.onStatus?.(status4, status6);
          if (combinedStatus(status4, status6) === "connected") this.#wakeConnected();
        },
      },
    });
    endpoint.receiver = (datagram, from) => dht.receive(datagram, from);
    this.#dht = dht;
  }

  /** Stops it without a word to anybody: operations of its own fail, whatever it held is lost. */
  crash(): void {
    this.#init.endpoint.receiver = undefined;
    this.#dht?.close();
    this.#dht = undefined;
  }

  /** Sets the wall clock forward, or back when negative. */
  jumpClock(milliseconds: number): void {
    this.#clock.jump(milliseconds);
  }

  /** Resolves when somebody answers this node. */
  connected(): Promise<void> {
    return this.#init.drive.until(`connecting node ${this.index}`, (settle) => {
      if (this.status === "connected") settle();
      else this.#onConnected.add(settle);
    });
  }

  /** Puts a value, under a drawn id unless it has one; resolves when the outcome is clear. */
  put(key: Key, content: Content, options: TestPutOptions = {}): Promise<PutResult> {
    return this.#init.drive.until(`put by node ${this.index}`, (settle) => {
      const given = toValue(content);
      const value = given.id === 0n ? given.withId(randomId64(this.#random)) : given;
      this.dht.put(toKey(key), value, { ...options, onDone: (outcome) => settle({ ...outcome, value }) });
    });
  }

  /** Stops announcing a value; true if it was being announced. */
  cancelPut(key: Key, id: bigint): boolean {
    return this.dht.cancelPut(toKey(key), id);
  }

  /** Gets what there is under a key; resolves when the search is over. */
  get(key: Key, options: TestGetOptions = {}): Promise<GetResult> {
    return this.#init.drive.until(`get by node ${this.index}`, (settle) => {
      const found: Value[] = [];
      this.dht.get(toKey(key), {
        ...options,
        onValues: (values) => {
          found.push(...values);
        },
        onDone: (outcome) => settle({ ...outcome, values: found }),
      });
    });
  }

  /** The same, the values alone. */
  async getAll(key: Key, options: TestGetOptions = {}): Promise<readonly Value[]> {
    return (await this.get(key, options)).values;
  }

  /** Gets some fields of the values under a key. @throws QueryParseError for a text that is no query */
  query(key: Key, query: Query | string): Promise<QueryResult> {
    return this.#init.drive.until(`query by node ${this.index}`, (settle) => {
      const found: FieldValues[] = [];
      this.dht.query(toKey(key), typeof query === "string" ? Query.parse(query) : query, {
        onFields: (fields) => {
          found.push(...fields);
        },
        onDone: (outcome) => settle({ ...outcome, fields: found }),
      });
    });
  }

  /** Listens until cancelled. */
  listen(key: Key, options: TestGetOptions = {}): TestListener {
    return new TestListener(this.#init.drive, (onValues) => this.dht.listen(toKey(key), { ...options, onValues }));
  }

  /** Whether somebody answers there. */
  ping(target: TestNode | SockAddr): Promise<boolean> {
    const address = target instanceof TestNode ? target.address : target;
    return this.#init.drive.until(`ping by node ${this.index}`, (settle) => this.dht.ping(address, settle));
  }

  /** Values held on this node, for itself or for others. */
  local(key: Key): readonly Value[] {
    return this.dht.getLocal(toKey(key));
  }

  /** Good nodes, nearest first. */
  exportNodes(): NodeEntry[] {
    return this.dht.exportNodes();
  }

  /** Waits until the engine is prepared for the end, then stops it. */
  async shutdown(options: { readonly stop?: boolean } = {}): Promise<void> {
    await this.#init.drive.until<void>(`shutdown of node ${this.index}`, (settle) =>
      this.dht.shutdown({ ...options, onDone: settle }),
    );
    this.crash();
  }

  #wakeConnected(): void {
    for (const wake of this.#onConnected) wake();
    this.#onConnected.clear();
  }
}

function toKey(key: Key): InfoHash {
  return typeof key === "string" ? InfoHash.get(key) : key;
}

function toValue(content: Content): Value {
  if (content instanceof Value) return content;
  return new Value(typeof content === "string" ? new TextEncoder().encode(content) : content);
}
