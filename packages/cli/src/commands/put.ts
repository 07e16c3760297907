import { readFile } from "node:fs/promises";
import { addAbortSignal } from "node:stream";
import { buffer } from "node:stream/consumers";
import {
  type DhtError,
  DhtProtocolError,
  type DhtRunner,
  type InfoHash,
  type KeyId,
  MAX_VALUE_BYTES,
  type PutHandle,
  type PutResult,
  Value,
} from "@hashmere/dht";
import { type Command, Option } from "commander";
import { aborted } from "../aborted.ts";
import type { CommandContext } from "../command-context.ts";
import { CommandError } from "../command-error.ts";
import { ExitStatus } from "../exit-status.ts";
import { addIdentityOptions, keyId, type OwnIdentityOptions } from "../identity/own-identity.ts";
import { parseKey } from "../key.ts";
import { addNodeOptions, KEY_HELP, type NodeOptions } from "../one-shot/options.ts";
import { type OneShot, withNode } from "../one-shot/with-node.ts";
import { uint, valueId } from "../options.ts";
import { counted } from "../output/counted.ts";

interface PutOptions extends NodeOptions, OwnIdentityOptions {
  readonly file?: string;
  readonly type: number;
  readonly userType?: string;
  readonly id?: bigint;
  readonly priority: number;
  readonly permanent?: boolean;
  readonly sign?: boolean;
  readonly encryptTo?: KeyId;
}

export function addPutCommand(program: Command, context: CommandContext): void {
  const command = addNodeOptions(program.command("put"))
    .description("put a value under a key")
    .argument("<key>", KEY_HELP)
    .argument("[text]", "the value; - reads it from standard input")
    .option("-f, --file <path>", "read the value from a file")
    .addOption(
      new Option("--type <number>", "value type; decides how long the value lives").default(0).argParser(uint(16)),
    )
    .option("--user-type <text>", "application type, such as a MIME type (default: text/plain for a text argument)")
    .addOption(new Option("--id <hex>", "value id (default: random)").argParser(valueId))
    .addOption(new Option("--priority <number>", "0 is the highest").default(0).argParser(uint(32)))
    .option("--permanent", "stay, and announce the value again before it expires, until Ctrl-C")
    .option("--sign", "sign the value: nobody else can change it then; needs --identity")
    .addOption(
      new Option(
        "--encrypt-to <id>",
        "only the holder of this key can read it (and see who signed it); needs --identity",
      )
        .argParser(keyId)
        .conflicts("sign"),
    );
  addIdentityOptions(command, "sign with this private key").action(
    (key: string, text: string | undefined, options: PutOptions) => context.run(() => put(key, text, options, context)),
  );
}

async function put(
  key: string,
  text: string | undefined,
  options: PutOptions,
  context: CommandContext,
): Promise<ExitStatus> {
  const id = parseKey(key);
  requireSigner(options);
  const value = toValue(await readData(text, options.file, context), text, options);
  return withNode(options, context, async (oneShot) => {
    oneShot.output.progress("putting …");
    const permanent = options.permanent ?? false;
    const handle = begin(oneShot.node, id, value, { ...options, permanent });
    report(await withinLimit(handle, oneShot.limit), oneShot, context.interrupted);
    if (!permanent) return ExitStatus.done;
    oneShot.output.chatter("keeping it alive; Ctrl-C ends that");
    await aborted(context.interrupted);
    return ExitStatus.interrupted;
  });
}

function begin(
  node: DhtRunner,
  key: InfoHash,
  value: Value,
  { sign, encryptTo, permanent }: Pick<PutOptions, "sign" | "encryptTo" | "permanent">,
): PutHandle {
  if (encryptTo !== undefined) return node.putEncrypted(key, encryptTo, value, { permanent });
  return sign ? node.putSigned(key, value, { permanent }) : node.put(key, value, { permanent });
}

/** @throws CommandError where something is to be signed and nobody is there to do it, or the other way round */
function requireSigner({ sign, encryptTo, identity }: PutOptions): void {
  const isSecret = sign === true || encryptTo !== undefined;
  if (isSecret === (identity !== undefined)) return;
  throw new CommandError({
    status: ExitStatus.wrongUse,
    code: "ERR_WRONG_USE",
    message: isSecret ? "there is no key to sign with" : "an identity is given, and nothing to do with it",
    hint: isSecret
      ? "Name your identity with --identity PREFIX; `hashmere cert new` makes one."
      : "Add --sign or --encrypt-to ID, or leave --identity out.",
  });
}

/** @throws CommandError when there is nothing to read, or the file can't be read */
async function readData(
  text: string | undefined,
  file: string | undefined,
  { streams, interrupted }: CommandContext,
): Promise<Uint8Array> {
  if ((text === undefined) === (file === undefined)) {
    throw new CommandError({
      status: ExitStatus.wrongUse,
      code: "ERR_WRONG_USE",
      message: text === undefined ? "there is nothing to put" : "a text and --file can't both be the value",
      hint: "Give a text, - for standard input, or --file PATH.",
    });
  }
  if (text === "-") return buffer(addAbortSignal(interrupted, streams.stdin));
  if (text !== undefined) return new TextEncoder().encode(text);
  return readFile(file ?? "").catch((cause: Error) => {
    throw new CommandError({
      status: ExitStatus.couldNotStart,
      code: "ERR_FILE",
      message: `can't read ${file}: ${cause.message}`,
      hint: "Check the path and its permissions.",
      cause,
    });
  });
}

function toValue(data: Uint8Array, text: string | undefined, { type, userType, id, priority }: PutOptions): Value {
  const isText = text !== undefined && text !== "-";
  const value = new Value({ data, type, priority, userType: userType ?? (isText ? "text/plain" : ""), id: id ?? 0n });
  if (value.size <= MAX_VALUE_BYTES) return value;
  throw new CommandError({
    status: ExitStatus.wrongUse,
    code: "ERR_TOO_LARGE",
    message: `the value has ${value.size} bytes; no node takes more than ${MAX_VALUE_BYTES}`,
    hint: "Put it under several keys, in pieces.",
  });
}

async function withinLimit(handle: PutHandle, limit: AbortSignal): Promise<PutResult> {
  const cancel = () => handle.cancel();
  limit.addEventListener("abort", cancel, { once: true });
  try {
    return await handle;
  } finally {
    limit.removeEventListener("abort", cancel); // a permanent put goes on
  }
}

/** @throws CommandError when nobody has taken the value */
function report(result: PutResult, { output, elapsed }: OneShot, interrupted: AbortSignal): void {
  const { ok, asked, acknowledged, refused, value, error } = result;
  interrupted.throwIfAborted();
  if (error !== undefined && !(error instanceof DhtProtocolError)) throw notPut(error);
  if (ok) {
    if (output.isJson) output.json({ id: value.id.toString(), asked, acknowledged, refused });
    else
      output.chatter(
        `stored on ${acknowledged} of ${counted(asked, "node")} (value id ${value.id.toString(16)}, ${elapsed()})`,
      );
    return;
  }
  if (refused > 0) {
    throw new CommandError({
      status: ExitStatus.refusedByPeer,
      code: "ERR_REFUSED",
      message: `${refused} of ${counted(asked, "node")} refused the value`,
      reason: `${error === undefined ? "" : `${error.message}. `}Its type has rules that it doesn't keep, or another value with this id may not be replaced.`,
      hint: "Choose another --id or --type.",
    });
  }
  throw new CommandError({
    status: ExitStatus.timedOut,
    code: "ERR_TIMED_OUT",
    message: `none of ${counted(asked, "node")} has confirmed the value in ${elapsed()}`,
    reason: "The network is slow or has been lost.",
    hint: "Try again, or wait longer with --timeout.",
  });
}

const STATUSES: Readonly<Record<string, ExitStatus>> = {
  ERR_CERTIFICATE_NOT_FOUND: ExitStatus.nothingFound,
  ERR_PROXY_REFUSED: ExitStatus.refusedByPeer,
  ERR_PROXY_TIMEOUT: ExitStatus.timedOut,
};

/** Why a value could not be signed or encrypted, or what a proxy has against it. */
function notPut(cause: DhtError): CommandError {
  const { code, message } = cause;
  const isUnknown = code === "ERR_CERTIFICATE_NOT_FOUND";
  return new CommandError({
    status: STATUSES[code] ?? ExitStatus.couldNotStart,
    code,
    message,
    hint: isUnknown
      ? "A node with that key publishes its certificate while it runs. Nodes of OpenDHT before 3.5 go by the short id, later ones by the long one."
      : undefined,
    cause,
  });
}
