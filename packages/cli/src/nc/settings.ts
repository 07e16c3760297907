import type { TurnServer } from "@hashmere/connect";
import type { Identity } from "@hashmere/crypto";
import type { Forward } from "./forward.ts";
import type { ServiceAddress } from "./service-address.ts";
import type { Services } from "./services.ts";

/** Who may connect: those named, or anybody whose certificate holds. */
export type Allowed = "anybody" | readonly string[];

/** What `hashmere nc` and `dnc` are asked to do, wherever they were told. */
export interface NcSettings {
  readonly identity: Identity;
  readonly bootstrap: readonly string[];
  /** URL of a proxy to act through, without a node of our own in the network. */
  readonly proxy: string | undefined;
  readonly network: number;
  /** Folder for certificates of peers, and the like. */
  readonly cachePath: string;
  readonly turn: TurnServer | undefined;
  readonly portMapping: boolean;
  /** Two devices on this machine. */
  readonly loopback: boolean;
  readonly verbose: boolean;
  /** For a channel to be open, in ms. */
  readonly timeoutMs: number;
  readonly task: ServeTask | TransferTask | ListenTask;
}

/** Connects others to services here. */
export interface ServeTask {
  readonly kind: "serve";
  readonly allow: Allowed;
  readonly services: Services;
}

/** Standard input and output, joined to a channel. */
export interface TransferTask {
  readonly kind: "transfer";
  readonly device: string;
  /** What the channel is called. */
  readonly channel: string;
  /** After our input has ended, a peer that can't be told so is given up after so long a silence, in ms. */
  readonly idleMs: number;
  /** End both directions with our input. */
  readonly closeAtEnd: boolean;
}

/** Local ports, each connection joined to a channel of its own. */
export interface ListenTask {
  readonly kind: "listen";
  readonly device: string;
  readonly forwards: readonly Forward[];
  /** Where a SOCKS proxy is offered. */
  readonly socks: readonly ServiceAddress[];
}
