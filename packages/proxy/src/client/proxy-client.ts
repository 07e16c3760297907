import {
  DhtErrorEvent,
  type InfoHash,
  type Key,
  KeylessNode,
  type NodeOperations,
  type NodeStatus,
  NotRunningError,
  OngoingOperations,
  type OperationsHost,
  PublicAddressChangeEvent,
  type PushNotificationResult,
  type RandomSource,
  raceAbort,
  type SecureOperations,
  type SockAddr,
  StatusChangeEvent,
  systemRandom,
  toInfoHash,
  UserOperations,
  type Value,
} from "@hashmere/dht/engine";
import type { ProxyOptions } from "./options.ts";
import { ProxyNode } from "./proxy-node.ts";

/** Signatures and encryption around a node. Its `onStatus`, if it has one, is told when the node's status has changed. */
export type Security = (node: NodeOperations) => SecureOperations & { onStatus?(): void };

export interface ProxyClientOptions extends ProxyOptions {
  /**
   * What signs, checks and encrypts. Default: nothing does, so `putSigned` and `putEncrypted` fail, signatures are taken as
   * they come, and encrypted values stay encrypted. In Node.js, `withSecurity` of `@hashmere/dht` makes one.
   */
  readonly security?: Security | undefined;
}

/**
 * The DHT through a proxy, with the operations of a `DhtRunner`: in browsers, and wherever no UDP port can be had.
 *
 * ```ts
 * await using dht = await ProxyClient.open({ url: "https://dhtproxy.jami.net" });
 * for await (const { value, expired } of dht.listen("room")) console.log(expired ? "-" : "+", value.text());
 * ```
 *
 * It looks after itself: what ends is begun again, what was put to stay is put again, and of several proxies the next one
 * takes over. The event `error` tells why there is none. Of a put, the one node that is asked is the proxy.
 */
export class ProxyClient extends UserOperations implements AsyncDisposable {
  readonly #node: ProxyNode;
  readonly #dht: ReturnType<Security>;
  readonly #operations = new OngoingOperations();
  readonly #random: RandomSource;
  #state: "running" | "stopping" | "closed" = "running";

  /**
   * Begins to talk to the proxy. That it answers, `connected()` tells.
   * @throws DhtError `ERR_PROXY_URL`
   */
  static async open(options: ProxyClientOptions): Promise<ProxyClient> {
    return new ProxyClient(options);
  }

  private constructor(options: ProxyClientOptions) {
    super();
    const { security = (node) => new KeylessNode(node), random = systemRandom } = options;
    this.#random = random;
    this.#node = new ProxyNode(options, {
      onStatus: (status4, status6) => this.#onStatus(status4, status6),
      onPublicAddress: (addresses) => this.dispatchEvent(new PublicAddressChangeEvent(addresses)),
      onError: (error) => this.dispatchEvent(new DhtErrorEvent(error)),
    });
    this.#dht = security(this.#node);
  }

  get status4(): NodeStatus {
    return this.#node.status4;
  }

  get status6(): NodeStatus {
    return this.#node.status6;
  }

  /** The id of the proxy's node; zero until it has answered. */
  get nodeId(): InfoHash {
    return this.#node.id;
  }

  /** Where the proxy sees us; port 0, because nobody reports it. */
  getPublicAddress(): SockAddr[] {
    return this.#node.publicAddresses;
  }

  /** Tell the client that the machine has changed its network: the proxy is looked at anew. */
  connectivityChanged(): void {
    this.#node.connectivityChanged();
  }

  /** Nothing: the proxy finds the way when something is put. */
  override async prepare(): Promise<void> {}

  /** Stops renewing a permanent value; true if it was being renewed. OpenDHT's own proxy keeps it for up to a day. */
  async cancelPut(key: Key, id: bigint | Value): Promise<boolean> {
    return this.#node.cancelPut(toInfoHash(key), typeof id === "bigint" ? id : id.id);
  }

  /** Values that are put to stay under a key. */
  getPut(key: Key, id?: bigint): Value[] {
    return this.#node.getPut(toInfoHash(key), id);
  }

  // ---- push notifications

  /** Hand in what a push brought: the `data` of FCM or APNs, or the JSON of a (decrypted) UnifiedPush message. */
  async pushNotificationReceived(data: Readonly<Record<string, unknown>>): Promise<PushNotificationResult> {
    return this.#node.pushNotificationReceived(data);
  }

  /** Pushes go there from now on; an empty token ends them. */
  setPushNotificationToken(pushToken: string): void {
    this.#node.setPush({ pushToken });
  }

  setPushNotificationTopic(topic: string): void {
    this.#node.setPush({ topic });
  }

  setPushNotificationPlatform(platform: string): void {
    this.#node.setPush({ platform });
  }

  // ---- the end

  /** Waits for what is under way (`stop: true`: fails it). Operations begun after this fail at once. */
  async shutdown({ stop = false, signal }: { stop?: boolean; signal?: AbortSignal | undefined } = {}): Promise<void> {
    if (this.#state === "closed") return;
    this.#state = "stopping";
    this.#operations.startWaiting(this.#dht);
    if (stop) this.#operations.failAll();
    await raceAbort(this.#operations.idle(), signal);
  }

  /** Ends everything now: puts and gets under way with `ok: false`; listeners see their values expire, and end. */
  async join(): Promise<void> {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#node.close();
    this.#operations.failAll();
    for (const listen of [...this.listens]) listen.fail();
  }

  /** `shutdown()`, then `join()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.shutdown();
    } finally {
      await this.join();
    }
  }

  protected override get accepting(): OperationsHost | undefined {
    return this.#state === "running" ? this.#host : undefined;
  }

  protected override host(operation: string): OperationsHost {
    if (this.#state === "closed") throw new NotRunningError(operation);
    return this.#host;
  }

  get #host(): OperationsHost {
    const ready = this.#node.isReady ? this.#dht : undefined;
    return { operations: this.#operations, ready, random: this.#random };
  }

  #onStatus(status4: NodeStatus, status6: NodeStatus): void {
    this.#dht.onStatus?.();
    if (this.#node.isReady) this.#operations.startWaiting(this.#dht);
    this.dispatchEvent(new StatusChangeEvent(status4, status6));
  }
}
