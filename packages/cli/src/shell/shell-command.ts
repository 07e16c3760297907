import type { DhtRunner, InfoHash, Pht } from "@hashmere/dht";
import type { Proxies } from "../proxy/proxies.ts";
import type { Arguments } from "./arguments.ts";

/** What a shell command works with. */
export interface ShellSession {
  readonly node: DhtRunner;
  /** The node's REST proxies. */
  readonly proxies: Proxies;
  /** Every command there is, in the order of the help. */
  readonly commands: readonly CommandGroup[];
  /** What is listened to, by token. */
  readonly listens: Map<number, { readonly key: InfoHash; cancel(): void }>;
  /** What has been looked up in or inserted to, by name. */
  readonly indexes: Map<string, Pht>;
  /** One or more whole lines of data. */
  print(text: string): void;
  /** One or more whole lines about something that went wrong. */
  complain(text: string): void;
  /** Log to the terminal, only what names an id if one is given; undefined: not at all. */
  setLog(log: { readonly filter?: InfoHash | undefined } | undefined): void;
  readonly isLogging: boolean;
  leave(): void;
}

export interface ShellCommand {
  /** What people type; the first one is shown in the help. */
  readonly names: readonly [string, ...string[]];
  /** Its arguments, as the help shows them. */
  readonly usage: string;
  readonly summary: string;
  /**
   * Begins the work; what takes time goes on while the next command is read.
   * @throws ShellError, DhtError or TypeError when the arguments make no sense
   */
  run(args: Arguments, session: ShellSession): void | Promise<void>;
}

export interface CommandGroup {
  readonly title: string;
  readonly commands: readonly ShellCommand[];
}
