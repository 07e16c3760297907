import { type Command, Option } from "commander";
import { positive } from "../options.ts";

/** What one client of a proxy may have; what is not named here follows from that, or stays. */
export interface LimitOptions {
  /** False with `--no-client-limits`. */
  readonly clientLimits: boolean;
  readonly maxConnections?: number;
  readonly maxListens?: number;
  readonly maxSubscriptions?: number;
  readonly maxPermanentPuts?: number;
  readonly maxPuts?: number;
  readonly maxMegabytes?: number;
}

export function addLimitOptions(command: Command): Command {
  const limit = (name: string, what: string, byDefault: number) =>
    new Option(`--max-${name} <number>`, `${what}; default: ${byDefault}`).argParser(positive);
  return command
    .option("--no-client-limits", "no limits but those that --max-… set: where all clients come from one address, say")
    .addOption(limit("connections", "connections that one client may have", 4096))
    .addOption(limit("listens", "listens that one client may have", 4096))
    .addOption(limit("subscriptions", "push subscriptions that one client may have", 4096))
    .addOption(limit("permanent-puts", "permanent puts that one client may have", 4096))
    .addOption(limit("puts", "puts and pings of one client per second", 1000))
    .addOption(limit("megabytes", "MiB that one client may put in ten minutes, or permanently", 256));
}
