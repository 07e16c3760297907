import type { Certificate, PublicKey } from "@hashmere/crypto";
import { TypedEventTarget } from "../../events/index.ts";
import type { NodeStatus, Operation, PutOperation } from "../../node/index.ts";
import { combinedStatus } from "../../node/node-status.ts";
import { type RandomSource, randomId64 } from "../../random/index.ts";
import type { KeyId, Recipient, SecureOperations, SecurePutOptions } from "../../secure/index.ts";
import { type FieldValues, Query, type Value } from "../../value/index.ts";
import { raceAbort } from "../abort.ts";
import type { DhtRunnerEventMap } from "../runner-events.ts";
import { type Content, type Key, toInfoHash, toValue } from "./key.ts";
import type { Listener, ListenerOptions } from "./listener.ts";
import { type OngoingOperation, OngoingOperations } from "./ongoing-operations.ts";
import { PendingAnswer } from "./pending-answer.ts";
import type { PutHandle } from "./put-handle.ts";
import type { ResultStream, ResultStreamOptions } from "./result-stream.ts";
import { RunningListen } from "./running-listen.ts";
import { type LookupSink, RunningLookup } from "./running-lookup.ts";
import { RunningPut } from "./running-put.ts";
import { decodeEach, isSameResult, type Selection, toEngineSelection } from "./selection.ts";

/** Fits no value, so that nothing but the answer itself travels. */
const NO_VALUE = Query.parse("SELECT id WHERE id=0");

/** What every operation takes. */
export interface OperationOptions {
  /** Its abort ends the operation, which rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Which values to get, and how. */
export interface GetOptions<T = Value> extends Selection<T>, ResultStreamOptions {}
/** Which values to hear of, and how. */
export interface ListenOptions<T = Value> extends Selection<T>, ListenerOptions {
  /**
   * For values that must not be missed, nor come late: listens at all nodes to which values are announced, eight instead of
   * the closest four, which may have died, or be out of reach of those who put. Default false.
   */
  readonly urgent?: boolean | undefined;
}

/** How to put a value. */
export interface PutOptions extends OperationOptions {
  /** When the value came to be; its life counts from then. Default: now. */
  readonly created?: Date | undefined;
  /** Re-announce the value before it expires, until cancelled. Default false. */
  readonly permanent?: boolean | undefined;
  /**
   * For a value that somebody waits for: each node close to the key gets it as soon as that one answers, and none waits for
   * the others. Some nodes more than needed may get it. Default false.
   */
  readonly urgent?: boolean | undefined;
}

/** What takes operations from users: one run of a node, or of a proxy's client. */
export interface OperationsHost {
  readonly operations: OngoingOperations;
  /** What operations start on; undefined while it is open whether there is a network. */
  readonly ready: SecureOperations | undefined;
  readonly random: RandomSource;
}

/** What users do in a DHT, in the habits of JavaScript; the same for a node and for a proxy's client. */
export abstract class UserOperations extends TypedEventTarget<DhtRunnerEventMap> {
  /** Listens that are not over. */
  protected readonly listens = new Set<OngoingOperation>();
  /** Where operations are kept that fail at once, because no host takes them. */
  readonly #noOperations = new OngoingOperations();

  abstract get status4(): NodeStatus;
  abstract get status6(): NodeStatus;

  /** Undefined while no operation is taken: they fail at once. */
  protected abstract get accepting(): OperationsHost | undefined;

  /** @throws NotRunningError */
  protected abstract host(operation: string): OperationsHost;

  /** The better one of both families. */
  get status(): NodeStatus {
    return combinedStatus(this.status4, this.status6);
  }

  /** Resolves when a node has answered. Rejects with the signal's reason, or NotRunningError, when that comes first. */
  async connected({ signal }: OperationOptions = {}): Promise<void> {
    await this.statusReached(["connected"], signal);
  }

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
    const host = this.host("listen");
    const listen: RunningListen<T> = new RunningListen<T>(
      options,
      (dht, emit) => {
        host.operations.remove(listen); // it waits for a network no more, and a shutdown doesn't wait for it
        return dht.listen(id, {
          ...toEngineSelection(options),
          urgent: options.urgent,
          onValues: (values, expired) => decodeEach(values, options, (result: T) => emit(result, expired)),
          onError: (error) => listen.fail(error),
        });
      },
      (ended) => {
        host.operations.remove(ended);
        this.listens.delete(ended);
      },
      isSameResult,
    );
    if (options.signal?.aborted) return listen.listener;
    this.listens.add(listen);
    host.operations.add(listen, host.ready);
    return listen.listener;
  }

  /** Puts a value on the nodes closest to the key. A value without id gets a random one. */
  put(key: Key, content: Content, options: PutOptions = {}): PutHandle {
    const id = toInfoHash(key);
    return this.#put(content, options, (dht, value, engineOptions) => dht.put(id, value, engineOptions));
  }

  /**
   * Finds the nodes closest to a key, so that an urgent put there takes a round trip less; resolves when they are found, or
   * can't be. Rejects with the signal's reason when that comes first.
   */
  async prepare(key: Key, { signal }: OperationOptions = {}): Promise<void> {
    const id = toInfoHash(key);
    await this.#ask(signal, (dht, onDone: (answer: undefined) => void) =>
      dht.query(id, NO_VALUE, { urgent: true, onFields: () => {}, onDone: () => onDone(undefined) }),
    );
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

  protected async statusReached(wanted: readonly NodeStatus[], signal: AbortSignal | undefined): Promise<NodeStatus> {
    signal?.throwIfAborted();
    while (!wanted.includes(this.status)) {
      this.host("waiting for the network");
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

  #put(
    content: Content,
    { permanent, created, urgent, signal }: PutOptions,
    begin: (dht: SecureOperations, value: Value, options: SecurePutOptions) => PutOperation,
  ): PutHandle {
    const given = toValue(content);
    if (Number.isNaN(created?.getTime())) throw new TypeError("`created` is no date");
    const host = this.accepting;
    const value = given.id === 0n && host ? given.withId(randomId64(host.random)) : given;
    const terms = { signal, isPermanent: permanent ?? false };
    const put = new RunningPut(host?.operations ?? this.#noOperations, value, terms, (dht, onDone) =>
      begin(dht, value, { permanent, created: created?.getTime(), urgent, onDone }),
    );
    if (signal?.aborted) return put.handle;
    if (host) host.operations.add(put, host.ready);
    else put.fail();
    return put.handle;
  }

  async #ask<T>(
    signal: AbortSignal | undefined,
    begin: (dht: SecureOperations, onDone: (answer: T | undefined) => void) => Operation,
  ): Promise<T | null> {
    const host = this.accepting;
    if (!host) return null;
    const question = new PendingAnswer(host.operations, begin);
    host.operations.add(question, host.ready);
    return (await question.answer(signal)) ?? null;
  }

  #look<T>(
    options: ResultStreamOptions,
    begin: (dht: SecureOperations, sink: LookupSink<T>) => Operation,
  ): ResultStream<T> {
    const host = this.accepting;
    const lookup = new RunningLookup<T>(host?.operations ?? this.#noOperations, options, begin);
    if (options.signal?.aborted) return lookup.stream;
    if (host) host.operations.add(lookup, host.ready);
    else lookup.fail();
    return lookup.stream;
  }
}
