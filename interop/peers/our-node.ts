import { DhtRunner, Value, Where } from "@hashmere/dht";
import { EventLog } from "./event-log.ts";
import { freePort } from "./free-port.ts";
import {
  type Endpoint,
  endpointText,
  type GetOutcome,
  type InteropPeer,
  type ListenEvent,
  type OutgoingValue,
  type PeerListener,
  type PeerOptions,
  type PutOutcome,
  type SeenValue,
  type StoredKey,
} from "./interop-peer.ts";
import { parseGoodNodes, parseStorageLog } from "./log-text.ts";

/** A node of this project, in this process. */
export class OurNode implements InteropPeer {
  readonly kind = "hashmere";
  readonly runner: DhtRunner;
  readonly port: number;

  private constructor(runner: DhtRunner, port: number) {
    this.runner = runner;
    this.port = port;
  }

  static async start(options: PeerOptions = {}): Promise<OurNode> {
    if (options.identity) throw new Error("identities are dhtnode's part in these scenarios");
    const port = options.port ?? (await freePort());
    const runner = new DhtRunner();
    for (const { id, seconds } of options.types ?? []) {
      runner.registerType({ id, name: "short-lived", expirationMs: seconds * 1000 });
    }
    await runner.run({
      port,
      network: options.network ?? 0,
      clientMode: options.clientMode ?? false,
      maxReqPerSec: -1,
      maxPeerReqPerSec: -1,
      maintainStorage: options.maintainStorage,
      maxStoreSize: options.storeBytes,
      maxLocalStoreSize: options.localStoreBytes,
      ...(options.statePath !== undefined && { persistPath: options.statePath }),
      ...(options.bootstrap !== undefined && { bootstrap: [endpointText(options.bootstrap)] }),
    });
    return new OurNode(runner, runner.getBound(4)?.port ?? port);
  }

  get nodeId(): string {
    return this.runner.nodeId.toString();
  }

  async bootstrap(to: Endpoint): Promise<void> {
    await this.runner.bootstrap(endpointText(to));
  }

  async put(
    key: string,
    { data, id, type, userType }: OutgoingValue,
    { permanent = false }: { readonly permanent?: boolean } = {},
  ): Promise<PutOutcome> {
    const value = new Value({
      data,
      ...(id !== undefined && { id }),
      ...(type !== undefined && { type }),
      ...(userType !== undefined && { userType }),
    });
    const result = await this.runner.put(key, value, { permanent });
    return { ok: result.ok, id: result.value.id };
  }

  async cancelPut(key: string, id: bigint): Promise<void> {
    await this.runner.cancelPut(key, id);
  }

  async get(key: string, where?: string): Promise<GetOutcome> {
    const stream = this.runner.get(key, where === undefined ? {} : { where: Where.parse(where) });
    const values: SeenValue[] = [];
    for await (const value of stream) values.push(seenValue(value));
    return { ok: (await stream.done).ok, values };
  }

  async listen(key: string, where?: string): Promise<PeerListener> {
    const listener = this.runner.listen(key, where === undefined ? {} : { where: Where.parse(where) });
    const events = new EventLog<ListenEvent>();
    void (async () => {
      for await (const { value, expired } of listener) events.push({ value: seenValue(value), expired });
      events.close("the listener has ended");
    })();
    await listener.ready;
    return {
      get events() {
        return events.entries;
      },
      waitFor: (fits, what, limitMs) => events.waitFor(fits, what, limitMs),
      cancel: async () => listener.cancel(),
    };
  }

  async storage(): Promise<ReadonlyMap<string, StoredKey>> {
    return parseStorageLog(this.runner.getStorageLog());
  }

  async goodNodes(family: 4 | 6): Promise<readonly string[]> {
    return parseGoodNodes(this.runner.getRoutingTablesLog(family));
  }

  async kill(): Promise<void> {
    await this.runner.join();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.runner[Symbol.asyncDispose]();
  }
}

function seenValue(value: Value): SeenValue {
  return { id: value.id, data: value.data, size: value.data.length, userType: value.userType };
}
