import type { Value } from "../value/index.ts";

/** How a `set` went. A set that no other node acknowledged is a failure: our own copy alone would die with us. */
export type SetResult =
  | {
      readonly ok: true;
      /** Other nodes that were asked to hold the value. */
      readonly asked: number;
      /** Those that said that they do; at least 1. */
      readonly acknowledged: number;
      /** Whether this node holds it too, being among the nearest itself. */
      readonly storedLocally: boolean;
    }
  | {
      readonly ok: false;
      /**
       * - `alone`: no other node is known; `bootstrap` first
       * - `unreachable`: none of the known nodes answers
       * - `refused`: nodes were found, and none stored the value
       */
      readonly reason: "alone" | "unreachable" | "refused";
      readonly asked: number;
      readonly acknowledged: 0;
      /** Only with `keepIfAlone`. */
      readonly storedLocally: boolean;
    };

/** What a `get` found. `value` is undefined exactly if `found` is false. */
export type GetResult =
  | {
      readonly found: true;
      readonly value: Value;
      /** This node held it itself, or others did. */
      readonly source: "local" | "network";
      /** Nodes that gave this value. */
      readonly holders: number;
      /** Nodes that were asked. */
      readonly asked: number;
    }
  | {
      readonly found: false;
      readonly value: undefined;
      /**
       * - `alone`: no other node is known; `bootstrap` first
       * - `unreachable`: none of the known nodes answers
       * - `absent`: the nodes that should hold it do not
       */
      readonly reason: "alone" | "unreachable" | "absent";
      readonly asked: number;
    };

/** How to wait for a way into the network. */
export interface BootstrapOptions {
  /** Gives up waiting; the node goes on trying while it is alone. */
  readonly signal?: AbortSignal;
}

/** How a value is stored. */
export interface SetOptions {
  /** Store the value anew every day, until `unpublish` or the end of the process. Default true. */
  readonly publish?: boolean;
  /** Hold the value here if there is no other node to hold it, and give it to the first that joins. Default false. */
  readonly keepIfAlone?: boolean;
  /** Gives up waiting; requests under way are not taken back. */
  readonly signal?: AbortSignal;
}

/** How a value is looked for. */
export interface GetOptions {
  /** Ask that many holders and take what most of them hold. Default 3 (or k, if smaller); 1 takes the first answer. */
  readonly quorum?: number;
  /** False asks the network even if this node holds a copy. Default true. */
  readonly local?: boolean;
  /** Gives up waiting. */
  readonly signal?: AbortSignal;
}
