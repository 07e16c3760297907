import type { SockAddr } from "../address/index.ts";
import type { DhtProtocolError } from "../errors/index.ts";
import type { InfoHash } from "../id/index.ts";
import type { Logger } from "../log/index.ts";
import type { RandomSource } from "../random/index.ts";
import type { Scheduler } from "../scheduler/index.ts";
import type { ValueTypeRegistry } from "../value/index.ts";
import type { NodeStatus } from "./node-status.ts";
import type { CheckSignature } from "./signature-checks.ts";

/** What a node is told at birth. Only time, chance, a way to send and the families are needed. */
export interface DhtNodeOptions {
  /** Default: a random one. */
  readonly id?: InfoHash | undefined;
  /** Nodes of different networks ignore each other. Default 0, the public network. */
  readonly network?: number | undefined;
  readonly scheduler: Scheduler;
  /** For ids, tokens and jitter: cryptographic in a real network. */
  readonly random: RandomSource;
  /**
   * Takes a datagram over for sending; it must not call back into the node.
   * `expectsAnswer` is true for questions of ours: where the system says that such a one can't be sent, call `sendFailed`.
   */
  readonly send: (datagram: Uint8Array, to: SockAddr, expectsAnswer: boolean) => void;
  /** The families that have a socket. */
  readonly families: { readonly 4: boolean; readonly 6: boolean };
  /** Keeps a wider routing table, for nodes that many others bootstrap from. Default false. */
  readonly isBootstrap?: boolean | undefined;
  /** Hands stored values on when the node moves away from their keys, and at shutdown. Default false. */
  readonly maintainStorage?: boolean | undefined;
  /** Incoming queries per second in total; 0 or undefined: 8192, negative: no limit. */
  readonly maxReqPerSec?: number | undefined;
  /** Incoming queries per second and address (IPv6: /64); 0 or undefined: an eighth of the total, negative: no limit. */
  readonly maxPeerReqPerSec?: number | undefined;
  /** Most searches at a time, per family; 0 or undefined: 1,048,576, negative: no limit. */
  readonly maxSearches?: number | undefined;
  /** Bytes of values held for others; 0 or undefined: 64 MiB, negative: no limit. */
  readonly maxStoreSize?: number | undefined;
  /** Bytes of values held that were put here; 0, undefined or negative: no limit. */
  readonly maxLocalStoreSize?: number | undefined;
  /** Keys under which values are held; 0, undefined or negative: the engine's own bound. */
  readonly maxStoreKeys?: number | undefined;
  /** This node has a stable public address: its listens are renewed less often (5 min instead of 30 s). Default false. */
  readonly publicStable?: boolean | undefined;
  /** Uses the network without being told to others. Default false. */
  readonly clientMode?: boolean | undefined;
  /** Looks up the addresses of a bootstrap host (none when there are none), later or at once. Default: addresses only. */
  readonly resolve?: Resolve | undefined;
  /** Rules for types of values. Default: the standard types. */
  readonly types?: ValueTypeRegistry | undefined;
  /** Checks the signatures of values that others put here. Default: every signature is believed. */
  readonly checkSignature?: CheckSignature | undefined;
  readonly log?: Logger | undefined;
  readonly events?: NodeEvents | undefined;
}

export type Resolve = (host: string, port: number, done: (addresses: readonly SockAddr[]) => void) => void;

/** What a node tells its owner. Called at the end of what caused it; callbacks may call the node again. */
export interface NodeEvents {
  /** The status of either family has changed. */
  onStatus?(status4: NodeStatus, status6: NodeStatus): void;
  /** The host at which most peers see us is another; all that are reported, as by `publicAddresses()`. */
  onPublicAddress?(addresses: readonly SockAddr[]): void;
  /** Another node refused what we asked, or broke the protocol. The operation finds its way around it, or fails. */
  onError?(error: DhtProtocolError): void;
}
