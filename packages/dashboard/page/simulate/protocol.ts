import type { Frame } from "./frame.ts";
import type { Settings } from "./settings.ts";

/** What one can do to a simulated network. */
export type Deed = "put" | "stopWriters" | "kill" | "revive" | "split" | "heal" | "lookUp";

/** From the page to the worker. */
export type Command =
  | { readonly type: "settings"; readonly settings: Settings }
  /** 0 stands still. */
  | { readonly type: "speed"; readonly speed: number }
  | { readonly type: "deed"; readonly deed: Deed };

/** From the worker to the page. */
export type Report =
  /** Nodes that joined: their ids, in the order of their numbers. */
  | { readonly type: "nodes"; readonly ids: readonly string[] }
  | { readonly type: "frame"; readonly frame: Frame; readonly speed: number };
