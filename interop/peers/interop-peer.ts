/** The programs that can play a part in a scenario. */
export type PeerKind = "hashmere" | "dhtnode" | "python";

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface PeerOptions {
  /** UDP port of both families; default: any free one. */
  readonly port?: number | undefined;
  readonly network?: number | undefined;
  /** A node to join through, known from the start. */
  readonly bootstrap?: Endpoint | undefined;
  /** State file, as `dhtnode -f` reads at its start and writes at its end. dhtnode and hashmere only. */
  readonly statePath?: string | undefined;
  /** Have an identity and publish its certificate. dhtnode only. */
  readonly identity?: boolean | undefined;
  /** Value types with an expiry of their own. python and hashmere only. */
  readonly types?: readonly ShortLivedType[] | undefined;
  /** Take part without serving others. hashmere only: the other programs are older than this. */
  readonly clientMode?: boolean | undefined;
  /** Bytes to store for others. hashmere only. */
  readonly storeBytes?: number | undefined;
  /** Bytes of own values to keep. hashmere only. */
  readonly localStoreBytes?: number | undefined;
  /** Hand stored values on when leaving. python and hashmere only. */
  readonly maintainStorage?: boolean | undefined;
}

export interface ShortLivedType {
  readonly id: number;
  readonly seconds: number;
}

/** A value to put. dhtnode's shell can only put words, as type 0 with user type text/plain and an id of its choice. */
export interface OutgoingValue {
  readonly data: Uint8Array;
  readonly id?: bigint | undefined;
  readonly type?: number | undefined;
  readonly userType?: string | undefined;
}

/** A value as a peer showed it. */
export interface SeenValue {
  readonly id: bigint;
  /** undefined where the program prints only the size. */
  readonly data: Uint8Array | undefined;
  readonly size: number;
  readonly userType: string;
}

export interface PutOutcome {
  readonly ok: boolean;
  readonly id: bigint;
}

export interface GetOutcome {
  readonly ok: boolean;
  readonly values: readonly SeenValue[];
}

export interface ListenEvent {
  readonly value: SeenValue;
  readonly expired: boolean;
}

export interface PeerListener {
  readonly events: readonly ListenEvent[];
  /** The first event that fits, now or within `limitMs`. @throws Error naming `what` */
  waitFor(fits: (event: ListenEvent) => boolean, what: string, limitMs?: number): Promise<ListenEvent>;
  cancel(): Promise<void>;
}

/** What a node holds for a key, read from its storage log. */
export interface StoredKey {
  readonly values: number;
  readonly remoteListeners: number;
}

/**
 * One DHT node under the control of a scenario, whatever program it is. Keys are words; each program hashes them in the same way.
 * `where` is the text of a restriction such as `WHERE id=5`.
 */
export interface InteropPeer extends AsyncDisposable {
  readonly kind: PeerKind;
  readonly nodeId: string;
  readonly port: number;
  bootstrap(to: Endpoint): Promise<void>;
  put(key: string, value: OutgoingValue, options?: { readonly permanent?: boolean }): Promise<PutOutcome>;
  cancelPut(key: string, id: bigint): Promise<void>;
  get(key: string, where?: string): Promise<GetOutcome>;
  listen(key: string, where?: string): Promise<PeerListener>;
  /** By key in hex. */
  storage(): Promise<ReadonlyMap<string, StoredKey>>;
  /** Nodes that the routing table of this family marks good. */
  goodNodes(family: 4 | 6): Promise<readonly string[]>;
  /** Ends without notice to anybody, as a crash would. */
  kill(): Promise<void>;
}

export const LOOPBACK_4 = "127.0.0.1";
export const LOOPBACK_6 = "::1";

export function endpointOf(peer: InteropPeer, host: string = LOOPBACK_4): Endpoint {
  return { host, port: peer.port };
}

/** Host and port in one text, as the shells and bootstrap strings want it. */
export function endpointText({ host, port }: Endpoint): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
