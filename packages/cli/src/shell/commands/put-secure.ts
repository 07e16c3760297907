import type { DhtRunner, PutHandle } from "@hashmere/dht";
import { tryParseKeyId } from "../../identity/own-identity.ts";
import { stopwatch } from "../../output/duration.ts";
import type { ShellCommand, ShellSession } from "../shell-command.ts";
import { ShellError } from "../shell-error.ts";

export const putSigned: ShellCommand = {
  names: ["s"],
  usage: "<key> <str>",
  summary: "Put string value at <key>, signed with our private key.",
  async run(args, session) {
    requireIdentity(session.node);
    const key = args.key();
    const text = args.word();
    if (text === undefined) throw new ShellError("Syntax: s [key] [value]");
    await tell("Put signed", session.node.putSigned(key, text), session);
  },
};

export const putEncrypted: ShellCommand = {
  names: ["e"],
  usage: "<key> <dest> <str>",
  summary: "Put string value at <key>, encrypted for <dest>: the id of a key, 40 or 64 hexadecimal digits.",
  async run(args, session) {
    requireIdentity(session.node);
    const key = args.key();
    const recipient = tryParseKeyId(args.word() ?? "");
    const text = args.word();
    if (recipient === undefined || text === undefined) {
      throw new ShellError("Syntax: e [key] [public key id, 40 or 64 hexadecimal digits] [value]");
    }
    await tell("Put encrypted", session.node.putEncrypted(key, recipient, text), session);
  },
};

function requireIdentity({ publicKey }: DhtRunner): void {
  if (publicKey === null) throw new ShellError("An identity is required to perform this operation (run with -i)");
}

async function tell(what: string, handle: PutHandle, { print, complain }: ShellSession): Promise<void> {
  const elapsed = stopwatch();
  const { ok, error } = await handle;
  print(`${what}: ${ok ? "success" : "failure"} (took ${elapsed()})`);
  if (error !== undefined) complain(error.message);
}
