import type { ConnectionManagerOptions, Path, TransportAddress } from "@hashmere/connect";

/** What a device of the laboratory starts with. */
export interface DeviceSetup {
  /** Path of its key and certificate, without suffix. */
  readonly identity: string;
  /** Nodes to join through, `host:port`. */
  readonly bootstrap: readonly string[];
  /** Use the DHT through this proxy, and run no node. */
  readonly proxy?: string;
  /** Send back what comes on a channel when there are so many bytes of it. Default: as it comes. */
  readonly echoAfter?: number;
  /** Report what the manager says of its work. */
  readonly verbose?: boolean;
  readonly options: Pick<ConnectionManagerOptions, "turn" | "portMapping" | "udp" | "relink" | "cachePath">;
}

/** What a device is told to do. */
export type Command =
  /** Open a channel, of that name, and have so many bytes sent back. */
  | { readonly do: "connect"; readonly device: string; readonly bytes: number; readonly name?: string }
  /** Send a little all the time over a new channel, until that one ends. */
  | { readonly do: "talk"; readonly device: string; readonly name?: string }
  | { readonly do: "network changed" }
  | { readonly do: "mappings" };

/** What came of it. */
export interface Answer {
  readonly ok: boolean;
  /** Until the channel was open, or until it failed. */
  readonly ms: number;
  /** Until everything was back. */
  readonly allMs?: number;
  readonly path?: Path | undefined;
  readonly code?: string;
  readonly message?: string;
  readonly mappings?: readonly { readonly protocol: string; readonly external: TransportAddress }[];
}

/** What a device tells by itself. `at` is Unix time in ms. */
export type Report =
  | { readonly event: "ready"; readonly deviceId: string; readonly at: number }
  | { readonly event: "log"; readonly text: string; readonly at: number }
  | {
      readonly event: "connection";
      readonly deviceId: string;
      readonly status: string;
      readonly code?: string | undefined;
      readonly path?: Path | undefined;
      readonly at: number;
    };
