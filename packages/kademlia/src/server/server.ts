import { readFile } from "node:fs/promises";
import { InvalidArgumentError, NotListeningError } from "../errors/index.ts";
import type { NodeId } from "../id/index.ts";
import {
  type BootstrapOptions,
  type EventListener,
  type GetOptions,
  type GetResult,
  KademliaNode,
  type NodeStats,
  type SetOptions,
  type SetResult,
} from "../node/index.ts";
import { Repeating } from "../scheduler/index.ts";
import { MemoryStorage } from "../storage/index.ts";
import { UdpTransport } from "../transport/index.ts";
import { PackedValue, type Value } from "../value/index.ts";
import { type BootstrapPlace, DEFAULT_PORT, hostAndPortOf, resolve } from "./bootstrap-place.ts";
import { digest, type Key } from "./key.ts";
import type { ServerOptions, ServerTransport } from "./options.ts";
import { parsePythonState } from "./python-state.ts";
import { replaceFile } from "./replace-file.ts";
import { parseState, type ServerState, stringifyState } from "./state.ts";
import { SystemRandom } from "./system-random.ts";
import { SystemScheduler } from "./system-scheduler.ts";

const SAVE_INTERVAL_MS = 600_000;

/** First byte of a pickle of protocol 2 or later. JSON never begins like that. */
const PICKLE = 0x80;

/** A contact of the routing table. */
export interface Neighbour {
  readonly id: NodeId;
  readonly host: string;
  readonly port: number;
}

/**
 * A node of the network that Python's `kademlia` library speaks: listen, bootstrap, set, get.
 *
 *     await using server = new Server();
 *     await server.listen(8468);
 *     await server.bootstrap(["1.2.3.4:8468"]);
 *     await server.set("my-key", "my awesome value");
 *     const { value } = await server.get("my-key");
 */
export class Server implements AsyncDisposable {
  readonly #node: KademliaNode;
  readonly #transport: ServerTransport;
  readonly #scheduler = new SystemScheduler();
  readonly #random = new SystemRandom();
  readonly #onEvent: EventListener;
  #saving: Repeating | undefined;
  /** Saves follow one another; two at once would write over each other. */
  #lastSave: Promise<void> = Promise.resolve();
  #port: number | undefined;

  constructor(options: ServerOptions = {}) {
    const transport = options.transport ?? new UdpTransport();
    this.#transport = transport;
    this.#onEvent = options.onEvent ?? (() => {});
    this.#node = new KademliaNode({
      ...options,
      scheduler: this.#scheduler,
      random: this.#random,
      transport,
      book: transport.book,
      storage: options.storage ?? new MemoryStorage(),
      resolve,
    });
    transport.onDatagram((datagram, from) => this.#node.receive(datagram, from));
  }

  /**
   * A server that goes on from a state file: with its id, its published and held values, and its neighbours to join by.
   * A file of the Python library serves as well.
   *
   * @throws StateFileError when the file is neither; SocketError; the file system's errors
   */
  static async loadState(
    file: string,
    port = DEFAULT_PORT,
    host = "0.0.0.0",
    options: ServerOptions = {},
  ): Promise<Server> {
    const content = await readFile(file);
    const state = content[0] === PICKLE ? parsePythonState(content) : parseState(content.toString());
    const { id, k, alpha } = state;
    const server = new Server({ id, k, alpha, ...options });
    try {
      server.#restore(state);
      await server.listen(port, host);
      await server.bootstrap(state.neighbours);
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** Drawn at random unless it was given, or came with the state. */
  get id(): NodeId {
    return this.#node.id;
  }

  /** The UDP port; undefined before `listen`. */
  get port(): number | undefined {
    return this.#port;
  }

  /** Counters since the start. */
  get stats(): NodeStats {
    return this.#node.stats;
  }

  /** All contacts: those of the own bucket first, then those of the buckets at its left and right in turn. */
  get neighbours(): readonly Neighbour[] {
    return [...this.#node.table.contactsFromOwnBucket()].map(({ id, address: { host, port } }) => ({ id, host, port }));
  }

  /**
   * Opens the port, 0 for any free one, and returns it. `host` is an address of this machine: `0.0.0.0` all of IPv4,
   * `::` all of IPv4 and IPv6.
   *
   * @throws SocketError
   */
  async listen(port = DEFAULT_PORT, host = "0.0.0.0"): Promise<number> {
    if (!Number.isInteger(port) || port < 0 || port > 65535)
      throw new InvalidArgumentError(`${port} is no port: 0 … 65535`);
    if (this.#port !== undefined) throw new InvalidArgumentError(`this server listens already, on port ${this.#port}`);
    this.#port = await this.#transport.open(port, host);
    this.#node.start();
    return this.#port;
  }

  /**
   * Joins the network by way of nodes in it. Returns the nearest nodes found. If nobody answers, it is empty, and the
   * server goes on trying in the background for as long as it is alone.
   *
   * @throws NotListeningError, InvalidArgumentError, StoppedError; the signal's reason
   */
  async bootstrap(places: Iterable<BootstrapPlace>, options?: BootstrapOptions): Promise<readonly Neighbour[]> {
    this.#assertListening("bootstrap");
    const nodes = await this.#node.bootstrap([...places].map(hostAndPortOf), options);
    return nodes.map(({ id, address: { host, port } }) => ({ id, host, port }));
  }

  /** Where the network keeps the value of a key. */
  digest(key: Key): NodeId {
    return digest(key);
  }

  /**
   * Stores a value at a key, over whatever is there. The result tells whether other nodes took it.
   *
   * @throws ValueTypeError, ValueTooLargeError (more than 8137 bytes of text), NotListeningError, StoppedError, BusyError;
   * the signal's reason
   */
  set(key: Key, value: Value, options?: SetOptions): Promise<SetResult> {
    return this.setDigest(digest(key), value, options);
  }

  /** Like `set`, for a key that is a digest already. */
  async setDigest(key: NodeId, value: Value, options?: SetOptions): Promise<SetResult> {
    this.#assertListening("set");
    return this.#node.set(key, PackedValue.pack(value), options);
  }

  /**
   * Finds the value at a key. Its `value` is undefined if nothing was found; the result tells why.
   *
   * @throws NotListeningError, StoppedError, BusyError; the signal's reason
   */
  get(key: Key, options?: GetOptions): Promise<GetResult> {
    return this.getDigest(digest(key), options);
  }

  /** Like `get`, for a key that is a digest already. */
  async getDigest(key: NodeId, options?: GetOptions): Promise<GetResult> {
    this.#assertListening("get");
    return this.#node.get(key, options);
  }

  /** Keys, as digests, of the values that this server stores anew every day. */
  get published(): readonly NodeId[] {
    return this.#node.publisher.publications.map(({ key }) => key);
  }

  /** Stops storing a value anew. The network forgets it within a day or so; nodes of the Python library later. */
  unpublish(key: Key): boolean {
    return this.#node.publisher.remove(digest(key));
  }

  /** Drops this node's own copy of a value; others keep theirs. */
  forget(key: Key): boolean {
    return this.#node.holdings.storage.delete(digest(key));
  }

  /** `[host, port]` of the k nearest contacts: what to hand to `bootstrap` next time. */
  bootstrappableNeighbors(): [host: string, port: number][] {
    return this.#node.table.closest(this.id, this.#node.k).map(({ address }) => [address.host, address.port]);
  }

  /** Under which addresses the contacts see this server. More than one: it is behind a NAT that makes direct contact hard. */
  async inetVisibleIP(): Promise<readonly string[]> {
    this.#assertListening("inetVisibleIP");
    return (await this.#node.visibleAddresses()).map(({ text }) => text);
  }

  /** Looks after buckets and values that are due, now rather than within the minute. */
  refresh(): Promise<void> {
    return this.#node.refresh();
  }

  /**
   * Writes all that `loadState` needs, as JSON. The file is replaced in one step: it is never half written.
   *
   * @throws the file system's errors
   */
  saveState(file: string): Promise<void> {
    const save = this.#lastSave.then(() => replaceFile(file, stringifyState(this.#state())));
    this.#lastSave = save.catch(() => {}); // whoever asked for that one hears of it
    return save;
  }

  /** Saves now, and again every `intervalMs` (default ten minutes) until `stop`. A failure later on is an event. */
  async saveStateRegularly(file: string, intervalMs = SAVE_INTERVAL_MS): Promise<void> {
    await this.saveState(file);
    this.#saving?.stop();
    this.#saving = new Repeating(this.#scheduler, this.#random, intervalMs, () => {
      this.saveState(file).catch((error: unknown) => this.#onEvent({ type: "error", error }));
    });
  }

  /** Closes the socket and the storage. Operations that still run throw StoppedError. */
  async stop(): Promise<void> {
    this.#saving?.stop();
    this.#node.stop();
    await this.#transport.close();
    await this.#lastSave;
    this.#node.holdings.storage.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #state(): ServerState {
    const { k, alpha, publisher, holdings } = this.#node;
    const { storage } = holdings;
    return {
      id: this.id,
      k,
      alpha,
      neighbours: this.bootstrappableNeighbors().map(([host, port]) => ({ host, port })),
      publications: publisher.publications,
      pairs: storage.isPersistent ? [] : [...storage.pairs()],
    };
  }

  #restore({ publications, pairs }: ServerState): void {
    for (const publication of publications) this.#node.publisher.restore(publication);
    for (const pair of pairs) this.#node.holdings.storage.set(pair);
  }

  #assertListening(operation: string): void {
    if (this.#port === undefined) throw new NotListeningError(operation);
  }
}
