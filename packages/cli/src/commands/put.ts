import type { DhtRunner, InfoHash, KeyId, PutHandle, PutResult, Value } from "@hashmere/dht";
import { type Command, Option } from "commander";
import { aborted } from "../aborted.ts";
import type { CommandContext } from "../command-context.ts";
import { wrongUse } from "../command-error.ts";
import { ExitStatus } from "../exit-status.ts";
import { addIdentityOptions, keyId, type OwnIdentityOptions } from "../identity/own-identity.ts";
import { parseKey } from "../key.ts";
import { type GivenValue, givenValue } from "../one-shot/given-value.ts";
import { addNodeOptions, KEY_HELP, type NodeOptions } from "../one-shot/options.ts";
import { reportPut } from "../one-shot/report-put.ts";
import { withNode } from "../one-shot/with-node.ts";
import { uint, valueId } from "../options.ts";

interface PutOptions extends NodeOptions, OwnIdentityOptions, GivenValue {
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
  const value = await givenValue(text, options, context);
  return withNode(options, context, async (oneShot) => {
    oneShot.output.progress("putting …");
    const permanent = options.permanent ?? false;
    const handle = begin(oneShot.node, id, value, { ...options, permanent });
    reportPut(await withinLimit(handle, oneShot.limit), oneShot, context.interrupted);
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
function requireSigner({ sign, encryptTo, identity, proxy }: PutOptions): void {
  const isSecret = sign === true || encryptTo !== undefined;
  const isToBeShown = proxy !== undefined; // a proxy may ask who comes, whatever the value is
  if (identity !== undefined ? isSecret || isToBeShown : !isSecret) return;
  throw isSecret
    ? wrongUse(
        "there is no key to sign with",
        "Name your identity with --identity PREFIX; `hashmere cert new` makes one.",
      )
    : wrongUse(
        "an identity is given, and nothing to do with it",
        "Add --sign or --encrypt-to ID, or leave --identity out.",
      );
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
