import { setTimeout as sleep } from "node:timers/promises";
import type { TransportAddress } from "../address/index.ts";
import type { IceConnection } from "../ice/index.ts";
import { StunAttributeType, type StunMessage, StunMethod } from "../stun/index.ts";
import { TurnConnection } from "./turn-connection.ts";
import { openControl, type TurnControl } from "./turn-control.ts";
import type { TurnCredentials } from "./turn-credentials.ts";
import { TurnError } from "./turn-error.ts";
import type { TurnAddress, TurnServer } from "./turn-server.ts";

/** REQUESTED-TRANSPORT of an allocation that relays TCP (RFC 6062 §4.1). */
const TCP_PROTOCOL = Uint8Array.of(6, 0, 0, 0);

/** REQUESTED-ADDRESS-FAMILY (RFC 8656 §18.8). */
const FAMILY_CODE = { 4: Uint8Array.of(1, 0, 0, 0), 6: Uint8Array.of(2, 0, 0, 0) } as const;

/** What an allocation lives without a refresh when the server names no lifetime (RFC 8656 §3.2). */
const DEFAULT_LIFETIME_S = 600;

/** A permission lives 300 s (RFC 8656 §9); it is renewed a minute before. */
const PERMISSION_REFRESH_MS = 240_000;

/** Connections to one relayed address that are brought to us at a time; a peer needs one or two. */
export const MAX_RELAYED_CONNECTIONS = 8;

/** Addresses that get permission to connect to one relayed address. */
export const MAX_PERMISSIONS = 32;

/**
 * An address at a TURN server at which peers open TCP connections that the server brings to us (RFC 6062).
 * Refreshed until closed.
 */
export class TurnAllocation {
  /** The address that peers connect to. */
  readonly relayed: TransportAddress;
  /** Where it was asked for. */
  readonly server: TurnAddress;
  readonly #control: TurnConnection;
  readonly #credentials: TurnCredentials;
  readonly #permitted = new Map<string, TransportAddress>();
  readonly #end = new AbortController();
  #open = 0;
  /** For the first connection that a peer opens: it is fetched in one round trip then, not in two. */
  #spare: Promise<TurnConnection> | undefined;

  onConnection: (connection: IceConnection) => void = ({ stream }) => stream.destroy();
  /** The server took the allocation back, or its connection broke. */
  onLost: (error: Error) => void = () => undefined;

  private constructor(
    control: TurnConnection,
    address: TurnAddress,
    credentials: TurnCredentials,
    relayed: TransportAddress,
    lifetimeS: number,
  ) {
    this.#control = control;
    this.server = address;
    this.#credentials = credentials;
    this.relayed = relayed;
    control.onIndication = (message) => this.#onIndication(message);
    control.onClose = (error) => this.#lose(error);
    this.#keep((lifetimeS * 1000) / 2, () => this.#refresh());
    this.#keep(PERMISSION_REFRESH_MS, () => this.#permitAll([...this.#permitted.values()]));
  }

  /**
   * @param family of the relayed address; a server may have none of that family and refuse
   * @param ready the connection to ask on, which is closed with the allocation. Default: a new one
   * @throws TurnError, or the signal's reason
   */
  static async open(
    address: TurnAddress,
    server: TurnServer,
    family: 4 | 6,
    signal: AbortSignal,
    ready?: Promise<TurnControl>,
  ): Promise<TurnAllocation> {
    const { connection: control, credentials } = await (ready ?? openControl(address, server, signal));
    const onAbort = () => control.close();
    signal.addEventListener("abort", onAbort);
    try {
      const answer = await control.request(StunMethod.ALLOCATE, (builder) => {
        builder.attribute(StunAttributeType.REQUESTED_TRANSPORT, TCP_PROTOCOL);
        if (family !== address.family)
          builder.attribute(StunAttributeType.REQUESTED_ADDRESS_FAMILY, FAMILY_CODE[family]);
      });
      signal.throwIfAborted();
      const relayed = answer.xorAddress(StunAttributeType.XOR_RELAYED_ADDRESS);
      if (relayed?.family !== family) throw new TurnError(0, "the TURN server gave no relayed address of that family");
      const lifetimeS = answer.uint32(StunAttributeType.LIFETIME) ?? DEFAULT_LIFETIME_S;
      return new TurnAllocation(control, address, credentials, relayed, lifetimeS);
    } catch (error) {
      control.close();
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** Our end of the connection to the server. */
  get localAddress(): string {
    return this.#control.localAddress;
  }

  /** Lets peers at these addresses connect; those of another family than the relayed address are left out. */
  async permit(addresses: readonly TransportAddress[]): Promise<void> {
    const added: TransportAddress[] = [];
    for (const address of addresses) {
      const isNew = address.family === this.relayed.family && !this.#permitted.has(address.address);
      if (!isNew || this.#permitted.size >= MAX_PERMISSIONS) continue;
      this.#permitted.set(address.address, address);
      added.push(address);
    }
    if (added.length > 0) this.#prepare();
    await this.#permitAll(added);
  }

  /** Gives the address back. Connections that were brought to us stay open only until the server closes them. */
  close(): void {
    if (this.#end.signal.aborted) return;
    this.#end.abort();
    this.#control
      .request(StunMethod.REFRESH, (builder) => builder.uint32(StunAttributeType.LIFETIME, 0))
      .catch(() => undefined) // it ends by itself when it is not refreshed
      .finally(() => this.#control.close());
  }

  async #permitAll(addresses: readonly TransportAddress[]): Promise<void> {
    const [first] = addresses;
    if (!first) return;
    await this.#control.request(StunMethod.CREATE_PERMISSION, (builder) => {
      for (const address of addresses) builder.xorAddress(StunAttributeType.XOR_PEER_ADDRESS, { ...address, port: 0 });
    });
  }

  async #refresh(): Promise<void> {
    await this.#control.request(StunMethod.REFRESH, (builder) =>
      builder.uint32(StunAttributeType.LIFETIME, DEFAULT_LIFETIME_S),
    );
  }

  /** Repeats a task every so often until the allocation ends; a task that fails ends it. */
  #keep(everyMs: number, task: () => Promise<void>): void {
    const { signal } = this.#end;
    const repeat = async () => {
      for (;;) {
        await sleep(everyMs, undefined, { signal, ref: false });
        await task();
      }
    };
    repeat().catch((error: unknown) => {
      if (error instanceof Error && !signal.aborted) this.#lose(error);
    });
  }

  #onIndication(message: StunMessage): void {
    if (message.method !== StunMethod.CONNECTION_ATTEMPT) return;
    const id = message.attribute(StunAttributeType.CONNECTION_ID);
    const peer = message.xorAddress(StunAttributeType.XOR_PEER_ADDRESS);
    if (!id || !peer || this.#open >= MAX_RELAYED_CONNECTIONS) return;
    this.#open++;
    this.#fetch(id, peer)
      .then(({ connection, closed }) => {
        closed.then(() => this.#open--);
        this.onConnection(connection);
      })
      // The peer went away before the connection was fetched, or the server did: the peer tries again.
      .catch(() => this.#open--);
  }

  /** Fetches a connection that a peer has opened to the relayed address (RFC 6062 §4.4). */
  async #fetch(id: Uint8Array, peer: TransportAddress) {
    const spare = this.#spare;
    this.#spare = undefined;
    const data = await (spare ?? this.#openData());
    try {
      await data.request(StunMethod.CONNECTION_BIND, (builder) =>
        builder.attribute(StunAttributeType.CONNECTION_ID, id),
      );
    } catch (error) {
      data.close();
      throw error;
    }
    const stream = data.release();
    const closed = Promise.withResolvers<void>();
    stream.once("close", closed.resolve);
    stream.on("error", () => undefined); // one more listener for whoever has not listened yet; "close" follows
    return { connection: { local: this.relayed, remote: peer, stream }, closed: closed.promise };
  }

  #openData(): Promise<TurnConnection> {
    return TurnConnection.open(this.server, this.#credentials, this.#end.signal);
  }

  #prepare(): void {
    if (this.#spare !== undefined || this.#end.signal.aborted) return;
    const spare = this.#openData();
    this.#spare = spare;
    const close = () => this.#spare === spare && spare.then((data) => data.close()).catch(() => undefined);
    this.#end.signal.addEventListener("abort", close, { once: true });
    spare.catch(() => {
      if (this.#spare === spare) this.#spare = undefined; // the next one may be luckier
    });
  }

  #lose(error: Error): void {
    if (this.#end.signal.aborted) return;
    this.#end.abort();
    this.#control.close();
    this.onLost(error);
  }
}
