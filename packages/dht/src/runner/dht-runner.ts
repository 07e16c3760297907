import type { Certificate, PublicKey } from "@hashmere/crypto";
import type { SockAddr } from "../address/index.ts";
import { AlreadyRunningError } from "../errors/index.ts";
import type { InfoHash } from "../id/index.ts";
import type { Logger } from "../log/index.ts";
import { combinedStatus, type NodeStatus, type Operation, type PutOperation } from "../node/index.ts";
import { randomId64 } from "../random/index.ts";
import type { CertificateStore, KeyId, Recipient, SecureOperations, SecurePutOptions } from "../secure/index.ts";
import { type FieldValues, type Filter, Query, type Value, type ValueType, ValueTypeRegistry } from "../value/index.ts";
import type { NodeEntry } from "../wire/index.ts";
import { raceAbort } from "./abort.ts";
import { type DhtRunnerConfig, parseHostPort } from "./config.ts";
import { type Content, type Key, toInfoHash, toValue } from "./key.ts";
import type { Listener, ListenerOptions } from "./listener.ts";
import { NodeFacts } from "./node-facts.ts";
import { type OngoingOperation, OngoingOperations } from "./ongoing-operations.ts";
import { PendingAnswer } from "./pending-answer.ts";
import type { PutHandle } from "./put-handle.ts";
import type { ResultStream, ResultStreamOptions } from "./result-stream.ts";
import { DhtErrorEvent, IdentityAnnouncedEvent, PublicAddressChangeEvent, StatusChangeEvent } from "./runner-events.ts";
import { RunningListen } from "./running-listen.ts";
import { type LookupSink, RunningLookup } from "./running-lookup.ts";
import { RunningPut } from "./running-put.ts";
import { decodeEach, isSameResult, type Selection, toEngineSelection } from "./selection.ts";
import { Session } from "./session.ts";
import { SwitchableLogger } from "./switchable-logger.ts";

/** What every operation takes. */
export interface OperationOptions {
  /** Its abort ends the operation, which rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Which values to get, and how. */
export interface GetOptions<T = Value> extends Selection<T>, ResultStreamOptions {}
/** Which values to hear of, and how. */
export interface ListenOptions<T = Value> extends Selection<T>, ListenerOptions {}

/** How to put a value. */
export interface PutOptions extends OperationOptions {
  /** When the value came to be; its life counts from then. Default: now. */
  readonly created?: Date | undefined;
  /** Re-announce the value before it expires, until cancelled. Default false. */
  readonly permanent?: boolean | undefined;
}

/**
 * A DHT node on UDP sockets: it joins a network, serves its part of it, and puts, gets and listens.
 *
 * ```ts
 * await using node = await DhtRunner.run({ bootstrap: ["bootstrap.jami.net"] });
 * await node.put("room", "some data");
 * for await (const value of node.get("room")) console.log(value.text());
 * ```
 *
 * Operations called while the node is connecting wait for the outcome; on a node that isn't running they fail
 * (`ok: false`). Keys are ids or texts; wrong arguments throw TypeError at once, a network that fails doesn't throw.
 */
export class DhtRunner extends NodeFacts implements AsyncDisposable {
  readonly #types = new ValueTypeRegistry();
  readonly #log = new SwitchableLogger();
  readonly #listens = new Set<OngoingOperation>();
  /** Where operations are kept that fail at once, because no session takes them. */
  readonly #noOperations = new OngoingOperations();
  #session: Session | undefined;
  #state: "idle" | "running" | "stopping" = "idle";
  #starting = false;

  /** A new node, running. @throws what `run()` throws */
  static async run(config: DhtRunnerConfig = {}): Promise<DhtRunner> {
    const runner = new DhtRunner();
    await runner.run(config);
    return runner;
  }

  /**
   * @throws AlreadyRunningError; SocketError when no socket can be opened; StateFileError when nothing can be written
   * beside `persistPath`; RangeError or TypeError for a configuration that makes no sense
   */
  async run(config: DhtRunnerConfig = {}): Promise<void> {
    if (this.#starting || this.#session) throw new AlreadyRunningError();
    this.#starting = true;
    try {
      if (config.logger) this.#log.setTarget(config.logger);
      this.#session = await Session.open(config, this.#types, this.#log, {
        onStatus: (status4, status6) => this.dispatchEvent(new StatusChangeEvent(status4, status6)),
        onPublicAddress: (addresses) => this.dispatchEvent(new PublicAddressChangeEvent(addresses)),
        onError: (error) => this.dispatchEvent(new DhtErrorEvent(error)),
        onIdentityAnnounced: (ok) => this.dispatchEvent(new IdentityAnnouncedEvent(ok)),
      });
      this.#state = "running";
    } finally {
      this.#starting = false;
    }
  }

  get state(): "idle" | "running" | "stopping" {
    return this.#state;
  }

  /** True from `run()` to the end of `join()`, so also while stopping. */
  isRunning(): boolean {
    return this.#session !== undefined;
  }

  /** The better one of both families. */
  get status(): NodeStatus {
    return combinedStatus(this.status4, this.status6);
  }

  get status4(): NodeStatus {
    return this.#session?.node.status4 ?? "disconnected";
  }

  get status6(): NodeStatus {
    return this.#session?.node.status6 ?? "disconnected";
  }

  /** Resolves when a node has answered. Rejects with the signal's reason, or NotRunningError, when that comes first. */
  async connected({ signal }: OperationOptions = {}): Promise<void> {
    await this.#statusReached(["connected"], signal);
  }

  // ---- the way into the network

  /**
   * Joins through nodes given in one of three forms, and tells whether that worked:
   * a `host[:port]`, which is remembered and tried again whenever the node has lost its network;
   * socket addresses, pinged once; or nodes exported earlier, which are just made known (always true).
   */
  async bootstrap(
    target: string | SockAddr | readonly SockAddr[] | readonly NodeEntry[],
    { signal }: OperationOptions = {},
  ): Promise<boolean> {
    const { node } = this.running("bootstrap");
    if (typeof target === "string") {
      this.addBootstrap(target);
      return (await this.#statusReached(["connected", "disconnected"], signal)) === "connected";
    }
    const targets = Array.isArray(target) ? (target as readonly (SockAddr | NodeEntry)[]) : [target as SockAddr];
    const answers = targets.map((entry) => {
      if (!("id" in entry)) return this.ping(entry, { signal });
      node.insertNode(entry);
      return true;
    });
    return (await Promise.all(answers)).includes(true);
  }

  /** Remembers a host to join through, and tries it now unless the node is connected. */
  addBootstrap(host: string, service?: string | number): void {
    const target = parseHostPort(host, service === undefined ? undefined : Number(service));
    this.running("addBootstrap").node.addBootstrap(target.host, target.port);
  }

  clearBootstrap(): void {
    this.#session?.node.clearBootstrap();
  }

  /** Whether a node answers at that address; up to 10 s. */
  async ping(address: SockAddr, { signal }: OperationOptions = {}): Promise<boolean> {
    const { node } = this.running("ping");
    const answered = new Promise<boolean>((resolve) => node.ping(address, resolve));
    return raceAbort(answered, signal);
  }

  /** Tell the node that the machine has changed its network: every peer is checked anew, puts and listens stay. */
  connectivityChanged(): void {
    this.#session?.connectivityChanged();
  }

  // ---- operations

  /** The values under a key, as they arrive. Each id comes once, or again with other content. */
  get<T = Value>(key: Key, options: GetOptions<T> = {}): ResultStream<T> {
    const id = toInfoHash(key);
    return this.#look(options, (dht, sink) =>
      dht.get(id, {
        ...toEngineSelection(options),
        onValues: (values) => decodeEach(values, options, sink.onResult),
        onDone: sink.onDone,
      }),
    );
  }

  /** All values under a key, when every node asked has answered. */
  async getAll<T = Value>(key: Key, options: GetOptions<T> = {}): Promise<T[]> {
    return Array.fromAsync(this.get(key, options));
  }

  /** The first value that fits, without waiting for the others; undefined when there is none. */
  async getFirst<T = Value>(
    key: Key,
    options: GetOptions<T> & { readonly predicate?: (value: T) => boolean | Promise<boolean> } = {},
  ): Promise<T | undefined> {
    for await (const value of this.get(key, options)) {
      if (!options.predicate || (await options.predicate(value))) return value;
    }
    return undefined;
  }

  /** Only some fields of the values under a key: `SELECT id,seq WHERE user_type=chat`. @throws QueryParseError */
  query(key: Key, query: Query | string, options: ResultStreamOptions = {}): ResultStream<FieldValues> {
    const id = toInfoHash(key);
    const parsed = typeof query === "string" ? Query.parse(query) : query;
    return this.#look(options, (dht, sink) =>
      dht.query(id, parsed, {
        onFields: (found) => {
          for (const fields of found) sink.onResult(fields);
        },
        onDone: sink.onDone,
      }),
    );
  }

  /** What appears and expires under a key from now on, beginning with what is there. */
  listen<T = Value>(key: Key, options: ListenOptions<T> = {}): Listener<T> {
    const id = toInfoHash(key);
    const session = this.running("listen");
    const listen: RunningListen<T> = new RunningListen<T>(
      options,
      (dht, emit) => {
        session.operations.remove(listen); // it waits for a network no more, and a shutdown doesn't wait for it
        return dht.listen(id, {
          ...toEngineSelection(options),
          onValues: (values, expired) => decodeEach(values, options, (result: T) => emit(result, expired)),
        });
      },
      (ended) => {
        session.operations.remove(ended);
        this.#listens.delete(ended);
      },
      isSameResult,
    );
    if (options.signal?.aborted) return listen.listener;
    this.#listens.add(listen);
    session.operations.add(listen, session.ready);
    return listen.listener;
  }

  /** Puts a value on the nodes closest to the key. A value without id gets a random one. */
  put(key: Key, content: Content, options: PutOptions = {}): PutHandle {
    const id = toInfoHash(key);
    return this.#put(content, options, (dht, value, engineOptions) => dht.put(id, value, engineOptions));
  }

  /**
   * Puts a value signed with our key: nobody else can change it, and we can, by putting another under the same value id.
   * Earlier versions are looked for first. Without identity the result is `ok: false` with `error` `ERR_NO_IDENTITY`.
   */
  putSigned(key: Key, content: Content, options: PutOptions = {}): PutHandle {
    const id = toInfoHash(key);
    return this.#put(content, options, (dht, value, engineOptions) => dht.putSigned(id, value, engineOptions));
  }

  /**
   * Puts a value that only the recipient can read, signed with our key. Where just an id of the recipient's key is given,
   * its certificate is looked for first; `error` tells why that, or the encryption, failed.
   */
  putEncrypted(key: Key, to: Recipient, content: Content, options: PutOptions = {}): PutHandle {
    const id = toInfoHash(key);
    return this.#put(content, options, (dht, value, engineOptions) => dht.putEncrypted(id, to, value, engineOptions));
  }

  /** Stops announcing a value; true if it was being announced. Copies on other nodes live until they expire. */
  async cancelPut(key: Key, id: bigint | Value): Promise<boolean> {
    const valueId = typeof id === "bigint" ? id : id.id;
    return this.#session?.node.cancelPut(toInfoHash(key), valueId) ?? false;
  }

  /** Values that this node is announcing under a key. */
  getPut(key: Key, id?: bigint): Value[] {
    return this.#session?.node.getPut(toInfoHash(key), id) ?? [];
  }

  /** Values that this node itself holds under a key. */
  getLocal(key: Key, filter?: Filter): Value[] {
    return this.#session?.node.getLocal(toInfoHash(key), filter) ?? [];
  }

  getLocalById(key: Key, id: bigint): Value | undefined {
    return this.#session?.node.getLocalById(toInfoHash(key), id);
  }

  /** Values of this type get its expiration and policies; signed ones are also checked as the house does for its own types. */
  registerType(type: ValueType): void {
    this.#types.register(type);
  }

  /** Like `registerType`, with the type's own policies alone. */
  registerInsecureType(type: ValueType): void {
    this.#types.registerInsecure(type);
  }

  // ---- keys and certificates

  /** The certificate of a key: ours, a known one, one of the certificate store or of the network; null if there is none. */
  async findCertificate(id: KeyId, { signal }: OperationOptions = {}): Promise<Certificate | null> {
    return this.#ask(signal, (dht, onDone: (found: Certificate | undefined) => void) =>
      dht.findCertificate(id, (found) => onDone(found instanceof Error ? undefined : found)),
    );
  }

  /** The key with that id: ours, one met before, or that of the certificate that is found. */
  async findPublicKey(id: KeyId, { signal }: OperationOptions = {}): Promise<PublicKey | null> {
    return this.#ask(signal, (dht, onDone: (found: PublicKey | undefined) => void) =>
      dht.findPublicKey(id, (found) => onDone(found instanceof Error ? undefined : found)),
    );
  }

  /** Makes a certificate known, so that nobody has to be asked for it. */
  registerCertificate(certificate: Certificate): void {
    this.running("registerCertificate").dht.registerCertificate(certificate);
  }

  /** Whom to ask for certificates before the network; for this run. */
  setLocalCertificateStore(store: CertificateStore | undefined): void {
    this.running("setLocalCertificateStore").dht.certificateStore = store;
  }

  // ---- logging

  setLogger(logger?: Logger): void {
    this.#log.setTarget(logger);
  }

  /** Only log what names this id. */
  setLogFilter(id?: InfoHash): void {
    this.#log.setFilter(id);
  }

  // ---- the end

  /**
   * Waits for what is under way (`stop: true`: fails it), hands stored values on where `maintainStorage` asks for it, and
   * saves the state file. The node serves others until `join()`. Rejects with StateFileError when it can't be saved.
   */
  async shutdown({ stop = false, signal }: OperationOptions & { readonly stop?: boolean } = {}): Promise<void> {
    const session = this.#session;
    if (!session) return;
    this.#state = "stopping";
    await raceAbort(session.shutdown(stop), signal);
  }

  /** Closes the sockets now. Puts and gets under way end with `ok: false`; listeners see their values expire, and end. */
  async join(): Promise<void> {
    const session = this.#session;
    if (!session) return;
    this.#session = undefined;
    this.#state = "stopping";
    await session.close();
    for (const listen of [...this.#listens]) listen.fail();
    this.#state = "idle";
    this.dispatchEvent(new StatusChangeEvent("disconnected", "disconnected"));
  }

  /** `shutdown()`, then `join()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.shutdown();
    } finally {
      await this.join();
    }
  }

  protected override get session(): Session | undefined {
    return this.#session;
  }

  /** The session, unless it is about to end. */
  #accepting(): Session | undefined {
    return this.#state === "running" ? this.#session : undefined;
  }

  #put(
    content: Content,
    { permanent, created, signal }: PutOptions,
    begin: (dht: SecureOperations, value: Value, options: SecurePutOptions) => PutOperation,
  ): PutHandle {
    const given = toValue(content);
    if (Number.isNaN(created?.getTime())) throw new TypeError("`created` is no date");
    const session = this.#accepting();
    const value = given.id === 0n && session ? given.withId(randomId64(session.random)) : given;
    const terms = { signal, isPermanent: permanent ?? false };
    const put = new RunningPut(session?.operations ?? this.#noOperations, value, terms, (dht, onDone) =>
      begin(dht, value, { permanent, created: created?.getTime(), onDone }),
    );
    if (signal?.aborted) return put.handle;
    if (session) session.operations.add(put, session.ready);
    else put.fail();
    return put.handle;
  }

  async #ask<T>(
    signal: AbortSignal | undefined,
    begin: (dht: SecureOperations, onDone: (answer: T | undefined) => void) => Operation,
  ): Promise<T | null> {
    const session = this.#accepting();
    if (!session) return null;
    const question = new PendingAnswer(session.operations, begin);
    session.operations.add(question, session.ready);
    return (await question.answer(signal)) ?? null;
  }

  #look<T>(
    options: ResultStreamOptions,
    begin: (dht: SecureOperations, sink: LookupSink<T>) => Operation,
  ): ResultStream<T> {
    const session = this.#accepting();
    const lookup = new RunningLookup<T>(session?.operations ?? this.#noOperations, options, begin);
    if (options.signal?.aborted) return lookup.stream;
    if (session) session.operations.add(lookup, session.ready);
    else lookup.fail();
    return lookup.stream;
  }

  async #statusReached(wanted: readonly NodeStatus[], signal: AbortSignal | undefined): Promise<NodeStatus> {
    signal?.throwIfAborted();
    while (!wanted.includes(this.status)) {
      this.running("waiting for the network");
      const change = Promise.withResolvers<void>();
      const onChange = () => change.resolve();
      this.addEventListener("statuschange", onChange, { once: true });
      try {
        await raceAbort(change.promise, signal);
      } finally {
        this.removeEventListener("statuschange", onChange);
      }
    }
    return this.status;
  }
}
