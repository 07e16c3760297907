import { type Command, InvalidArgumentError, Option } from "commander";
import { collect } from "../options.ts";
import { type Forward, parseForward, parseListener } from "./forward.ts";
import type { ServiceAddress } from "./service-address.ts";

export interface LocalPortOptions {
  readonly forward?: readonly Forward[];
  readonly socks?: readonly ServiceAddress[];
}

/** `-L` and `-D`, as with ssh. */
export function addLocalPortOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "-L, --forward <[host:]port:host:port>",
        "a local port that leads to a service there; several times",
      ).argParser(collect(forward)),
    )
    .addOption(
      new Option("-D, --socks <[host:]port>", "a local SOCKS proxy into the network there; several times").argParser(
        collect(listener),
      ),
    );
}

function forward(text: string): Forward {
  const parsed = parseForward(text);
  if (parsed) return parsed;
  throw new InvalidArgumentError("It must be [host:]port:host:port, as in 5432:127.0.0.1:5432.");
}

function listener(text: string): ServiceAddress {
  const parsed = parseListener(text);
  if (parsed) return parsed;
  throw new InvalidArgumentError("It must be [host:]port, as in 1080.");
}
