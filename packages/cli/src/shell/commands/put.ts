import { type DhtError, type InfoHash, IpServiceAnnouncement, SockAddr } from "@hashmere/dht";
import { parseValueId } from "../../options.ts";
import { stopwatch } from "../../output/duration.ts";
import { printable } from "../../output/printable.ts";
import type { Arguments } from "../arguments.ts";
import type { ShellCommand, ShellSession } from "../shell-command.ts";
import { ShellError } from "../shell-error.ts";

export const put: ShellCommand = {
  names: ["p"],
  usage: "<key> <str>",
  summary: "Put string value at <key>.",
  run: (args, session) => putText(args, session, false),
};

export const putPermanent: ShellCommand = {
  names: ["pp"],
  usage: "<key> <str>",
  summary: "Put string value at <key> (persistent version).",
  run: (args, session) => putText(args, session, true),
};

export const cancelPut: ShellCommand = {
  names: ["cpp"],
  usage: "<key> <id>",
  summary: "Cancel persistent put operation for <key> and value <id>.",
  async run(args, { node }) {
    const key = args.key();
    const id = parseValueId(args.word() ?? "");
    if (id === undefined) throw new ShellError("Syntax: cpp [key] [value id, hexadecimal]");
    if (!(await node.cancelPut(key, id))) throw new ShellError(`No value ${id.toString(16)} is being put at ${key}.`);
  },
};

export const announce: ShellCommand = {
  names: ["a"],
  usage: "<key> <port>",
  summary: "Announce at <key> a service of this host at <port>.",
  async run(args, { node, print }) {
    const key = args.key();
    const word = args.word() ?? "";
    const port = /^\d{1,5}$/.test(word) ? Number(word) : 0;
    if (port < 1 || port > 65535) throw new ShellError("Syntax: a [key] [port]");
    const elapsed = stopwatch();
    const { ok, error } = await node.put(key, IpServiceAnnouncement.encode({ address: SockAddr.ipv4(0, port) }));
    print(`Announce: ${ok ? "success" : "failure"} (took ${elapsed()})${reasonIn(error)}`);
  },
};

/** One word is put; what follows it is passed over, as scripts for dhtnode may expect. */
async function putText(args: Arguments, { node, print }: ShellSession, permanent: boolean): Promise<void> {
  const key: InfoHash = args.key();
  const text = args.word();
  if (text === undefined) throw new ShellError(`Syntax: ${permanent ? "pp" : "p"} [key] [value]`);
  const elapsed = stopwatch();
  const { ok, value, error } = await node.put(key, text, { permanent });
  const outcome = `Put: ${ok ? "success" : "failure"}, took ${elapsed()}. Value ID: ${value.id.toString(16)}`;
  print(`${outcome}${reasonIn(error)}`);
}

/** What follows the line that scripts for dhtnode know. */
function reasonIn(error: DhtError | undefined): string {
  return error ? `: ${printable(error.message)}` : "";
}
