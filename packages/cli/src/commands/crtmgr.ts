import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { type CommandError, wrongUse } from "../command-error.ts";
import { type GenerateOptions, generatePair, setUpServer } from "../crtmgr/generate.ts";
import { setUpInteractively } from "../crtmgr/interactive.ts";
import { ExitStatus } from "../exit-status.ts";
import { idsOf } from "../identity/key-ids.ts";
import { openIdentity } from "../identity/open-identity.ts";
import { addPasswordOptions, givenPassword, type PasswordOptions } from "../identity/password.ts";
import { Output } from "../output/output.ts";
import { VERSION } from "../version.ts";

interface CrtmgrOptions extends PasswordOptions {
  readonly privatekey?: string;
  readonly certificate?: string;
  readonly output?: string;
  readonly name?: string;
  readonly identifier?: boolean;
  readonly setup?: boolean;
  readonly interactive?: boolean;
  readonly force?: boolean;
}

export function addCrtmgrCommand(program: Command, context: CommandContext): Command {
  const command = program
    .command("dhtnet-crtmgr")
    .alias("crtmgr")
    .description("make identities for dnc, dsh and dvpn: a drop-in for dhtnet-crtmgr")
    .option("-c, --certificate <file>", "certificate of the authority that signs; with -a: the one to tell about")
    .option("-p, --privatekey <file>", "and its private key")
    .option("-o, --output <folder>", "where to write, made if it is not there")
    .option("-n, --name <name>", "base name of the files, and common name (default: ca, or certificate)")
    .option("-a, --identifier", "print the ids of a key; needs -c and -p")
    .option("-s, --setup", "make what a server needs: an authority, and an identity that it signs")
    .option("-i, --interactive", "ask for everything")
    .option("-f, --force", "replace files that exist")
    .version(`Hashmere version ${VERSION}\ndhtnet-crtmgr, identities for DHTNet.`, "-v, --version");
  return addPasswordOptions(command).action((options: CrtmgrOptions) => context.run(() => crtmgr(options, context)));
}

async function crtmgr(options: CrtmgrOptions, context: CommandContext): Promise<ExitStatus> {
  const { certificate, privatekey, output: folder, name } = options;
  const output = new Output(context.streams, false);
  const generating: GenerateOptions = {
    overwrite: options.force ?? false,
    password: (await givenPassword(options)) ?? "",
    print: (line) => output.line(line),
  };
  const given = async () =>
    certificate === undefined || privatekey === undefined
      ? undefined
      : openIdentity(privatekey, certificate, options, context);
  if (options.identifier) {
    const identity = await given();
    if (!identity) throw incompletePair();
    const { id, longId } = idsOf(identity.key.publicKey);
    output.line(`Public key id: ${id}\nDevice id: ${longId}`);
  } else if (options.interactive) await setUpInteractively({ ...options, ...generating }, context);
  else if (folder === undefined)
    throw wrongUse("the path to save the generated certificate is not provided", "Give it: -o FOLDER.");
  else if (options.setup) await setUpServer(folder, generating);
  else if ((certificate === undefined) !== (privatekey === undefined)) throw incompletePair();
  else {
    const issuer = await given();
    await generatePair({ folder, name: name ?? (issuer ? "certificate" : "ca"), issuer }, generating);
  }
  return ExitStatus.done;
}

function incompletePair(): CommandError {
  return wrongUse("the certificate and the private key are not both provided", "Give both: -c FILE -p FILE.");
}
