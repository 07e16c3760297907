import {
  DhtError,
  type Family,
  fieldsOf,
  type InfoHash,
  type Listening,
  type LookupOutcome,
  NOT_ANNOUNCED,
  type NodeGetOptions,
  type NodeListenOptions,
  type NodePutOptions,
  type NodeStats,
  type NodeStatus,
  type Operation,
  type ProxyBackend,
  type ProxyBackendEvents,
  PushNotificationResult,
  type PushSettings,
  type PutOperation,
  type PutOutcome,
  type Query,
  type QueryOptions,
  RealScheduler,
  randomId64,
  type Scheduler,
  type SockAddr,
  systemRandom,
  throwLater,
  type Value,
} from "@hashmere/dht/engine";
import { Listenings } from "./listenings.ts";
import { type ProxyOptions, proxyUrls } from "./options.ts";
import { PermanentPuts } from "./permanent-puts.ts";
import { postValue } from "./post-value.ts";
import { ProxyConnection } from "./proxy-connection.ts";
import { getValues, type ProxyCore } from "./proxy-core.ts";
import { ProxyHttp } from "./proxy-http.ts";
import { PushIdentity } from "./push-identity.ts";
import { PushReceiver } from "./push-receiver.ts";
import { RequestSlots } from "./request-slots.ts";
import { SignedValues } from "./signed-values.ts";
import { streamSlots } from "./stream-slots.ts";

/** A node of the DHT that is somebody else's, reached over HTTP: what is done here is done there. */
export class ProxyNode implements ProxyBackend {
  readonly #clock: Scheduler;
  readonly #ownClock: RealScheduler | undefined;
  readonly #core: ProxyCore;
  readonly #push: PushIdentity;
  readonly #listenings: Listenings;
  readonly #puts: PermanentPuts;
  readonly #signed = new SignedValues();
  readonly #receiver: PushReceiver;
  readonly #closing = new AbortController();

  /** @throws DhtError `ERR_PROXY_URL` */
  constructor(options: ProxyOptions, events: ProxyBackendEvents) {
    const { random = systemRandom } = options;
    this.#ownClock = options.clock ? undefined : new RealScheduler();
    const clock = options.clock ?? this.#ownClock ?? new RealScheduler();
    this.#clock = clock;
    const http = new ProxyHttp(options, clock);
    const connection = new ProxyConnection(
      proxyUrls(options.url),
      http,
      { clock, random },
      {
        onStatus: (status4, status6) => events.onStatus(status4, status6),
        onConnected: (isAnother) => this.#renewAll(isAnother),
        onPublicAddress: (address) => events.onPublicAddress([address]),
        onError: (error) => events.onError(error),
      },
    );
    const push = new PushIdentity(options, random);
    this.#push = push;
    this.#core = {
      clock,
      random,
      http,
      connection,
      slots: new RequestSlots(),
      streams: streamSlots(options.maxStreams),
      get push() {
        return push.target;
      },
    };
    this.#listenings = new Listenings(this.#core, (callback) => this.callUser(callback));
    this.#puts = new PermanentPuts(this.#core);
    this.#receiver = new PushReceiver(this.#core, this.#listenings, this.#puts);
    connection.check();
  }

  /** The id of the proxy's node; zero until a proxy has answered. */
  get id(): InfoHash {
    return this.#core.connection.nodeId;
  }

  get isReady(): boolean {
    return this.#core.connection.hasLooked;
  }

  get status4(): NodeStatus {
    return this.#core.connection.status4;
  }

  get status6(): NodeStatus {
    return this.#core.connection.status6;
  }

  /** Of the proxy's node. */
  stats(family: Family): NodeStats {
    return this.#core.connection.stats(family);
  }

  /** As whom the proxy sees us; port 0. */
  get publicAddresses(): SockAddr[] {
    const { publicAddress } = this.#core.connection;
    return publicAddress ? [publicAddress] : [];
  }

  connectivityChanged(): void {
    this.#core.connection.checkAnew();
  }

  // ---- operations

  get(key: InfoHash, { where, filter, onValues, onDone }: NodeGetOptions): Operation {
    const seen = new Map<bigint, Value[]>();
    return this.#look(key, onDone, (values) => {
      const fresh = values.filter(
        (value) => (where?.matches(value) ?? true) && this.#passes(filter, value) && isNews(seen, value),
      );
      return fresh.length > 0 && this.callUser(() => onValues(fresh)) === false;
    });
  }

  /** As proxies answer no queries, the values are got whole, and the fields picked here. */
  query(key: InfoHash, { select, where }: Query, { onFields, onDone }: QueryOptions): Operation {
    return this.#look(key, onDone, (values) => {
      const found = values.filter((value) => where.matches(value)).map((value) => fieldsOf(value, select));
      return found.length > 0 && this.callUser(() => onFields(found)) === false;
    });
  }

  listen(key: InfoHash, options: NodeListenOptions): Listening {
    if (this.#closing.signal.aborted) return { values: [], cancel: () => {} };
    return this.#listenings.add(key, options);
  }

  put(key: InfoHash, given: Value, { permanent, onDone }: NodePutOptions = {}): PutOperation {
    const value = given.id === 0n ? given.withId(randomId64(this.#core.random)) : given;
    const cancelling = new AbortController();
    let isOver = false;
    const finish = (outcome: PutOutcome): void => {
      if (isOver) return;
      isOver = true;
      this.callUser(() => onDone?.(outcome));
    };
    const cancel = (): void => {
      cancelling.abort();
      if (permanent) this.cancelPut(key, value.id);
      finish(NOT_ANNOUNCED);
    };
    if (this.#closing.signal.aborted) finish(NOT_ANNOUNCED);
    else if (this.#wouldReplaceSigned(key, value)) finish({ ...NOT_ANNOUNCED, error: unsignedEdit() });
    else {
      if (value.isSigned()) this.#signed.remember(key, value);
      if (permanent) this.#puts.add(key, value, finish);
      else {
        const signal = AbortSignal.any([cancelling.signal, this.#closing.signal]);
        void postValue(this.#core, key, value, { signal }).then(finish, () => finish(NOT_ANNOUNCED));
      }
    }
    return { id: value.id, cancel };
  }

  /** Stops renewing a value, and tells the proxy. OpenDHT's own keeps it for up to a day nevertheless. */
  cancelPut(key: InfoHash, valueId: bigint): boolean {
    return this.#puts.cancel(key, valueId);
  }

  getPut(key: InfoHash, valueId?: bigint): Value[] {
    return this.#puts.at(key, valueId);
  }

  /** Nothing is held here, but signed values put here are remembered. */
  getLocalById(key: InfoHash, valueId: bigint): Value | undefined {
    return this.#signed.find(key, valueId);
  }

  callUser<T>(callback: () => T): T | undefined {
    try {
      return callback();
    } catch (error) {
      throwLater(this.#clock, error);
      return undefined;
    }
  }

  // ---- push

  /** Acts on the data of a push notification, as the gateway handed it to the application. */
  async pushNotificationReceived(data: Readonly<Record<string, unknown>>): Promise<PushNotificationResult> {
    if (this.#closing.signal.aborted) return PushNotificationResult.IgnoredStopped;
    return this.#receiver.receive(data, this.#push.sessionId);
  }

  /** Everything listened to is subscribed anew with what has changed; without a token it is streamed. */
  setPush(changes: Omit<PushSettings, "clientId">): void {
    const before = JSON.stringify(this.#push.target);
    this.#push.change(changes);
    if (JSON.stringify(this.#push.target) !== before) this.#listenings.reopen();
  }

  /** Ends everything. Listeners hear of the end of all values they know; puts under way end as failed. */
  close(): void {
    this.#closing.abort(new DOMException("closed", "AbortError"));
    this.#puts.close();
    this.#listenings.close();
    this.#core.connection.close();
    this.#ownClock?.stop();
  }

  #look(
    key: InfoHash,
    onDone: (outcome: LookupOutcome) => void,
    onValues: (values: readonly Value[]) => boolean,
  ): Operation {
    const cancelling = new AbortController();
    const signal = AbortSignal.any([cancelling.signal, this.#closing.signal]);
    let isOver = false;
    const finish = (ok: boolean): void => {
      if (isOver) return;
      isOver = true;
      cancelling.abort();
      this.callUser(() => onDone({ ok, nodes: [] }));
    };
    const take = (values: readonly Value[]): void => {
      if (!isOver && onValues(values)) finish(true);
    };
    void getValues(this.#core, key, signal, take).then(
      ({ ok }) => finish(ok),
      () => finish(false),
    );
    return {
      cancel: () => {
        isOver = true;
        cancelling.abort();
      },
    };
  }

  #passes(filter: NodeGetOptions["filter"], value: Value): boolean {
    return !filter || (this.callUser(() => filter(value)) ?? false);
  }

  #renewAll(isAnother: boolean): void {
    this.#listenings.reconnect(isAnother);
    this.#puts.renewAll();
  }

  /** Nodes of OpenDHT up to 4.3.1 don't survive that, so it is nothing to try. */
  #wouldReplaceSigned(key: InfoHash, value: Value): boolean {
    if (value.isSigned() || value.isEncrypted()) return false;
    const known = [
      this.#signed.find(key, value.id),
      this.#listenings.find(key, value.id),
      ...this.#puts.at(key, value.id),
    ];
    return known.some((earlier) => earlier?.isSigned());
  }
}

function isNews(seen: Map<bigint, Value[]>, value: Value): boolean {
  const known = seen.get(value.id) ?? [];
  if (known.some((earlier) => earlier.contentEquals(value))) return false;
  seen.set(value.id, [...known, value]);
  return true;
}

function unsignedEdit(): DhtError {
  const advice = "a signed value has this id: put under another id, or sign this value too";
  return new DhtError("ERR_UNSIGNED_EDIT", advice);
}
