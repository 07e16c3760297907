import { type Command, Option } from "commander";
import { makeCertificate } from "../../cert/make.ts";
import { qrCode } from "../../cert/qr-code.ts";
import type { CommandContext } from "../../command-context.ts";
import { idsOf } from "../../identity/key-ids.ts";
import { openSavedIdentity } from "../../identity/open-identity.ts";
import { addPasswordOptions, givenPassword, type PasswordOptions } from "../../identity/password.ts";
import { bitsOption, daysOption } from "./numbers.ts";
import { report } from "./report.ts";

interface NewOptions extends PasswordOptions {
  readonly output?: string;
  readonly issuer?: string;
  readonly ca?: boolean;
  readonly ec?: boolean;
  readonly bits: number;
  readonly days?: number;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function addNew(cert: Command, context: CommandContext): void {
  const command = cert
    .command("new")
    .description("make a private key and a certificate: an authority, or signed by one")
    .argument("<name>", "common name")
    .option("-o, --output <prefix>", "write <prefix>.pem (the key) and <prefix>.crt (default: the name)")
    .option("--issuer <prefix>", "signed by this authority, of <prefix>.pem and <prefix>.crt (default: by itself)")
    .option("--ca", "an authority too, where another signs it")
    .addOption(bitsOption())
    .addOption(new Option("--ec", "an elliptic curve key: for authorities, it can't own values").conflicts("bits"))
    .addOption(daysOption())
    .option("-f, --force", "replace files that exist")
    .option("--json", "as a JSON object");
  addPasswordOptions(command).action((name: string, options: NewOptions) =>
    context.run(async () => {
      const { issuer, ca, ec, bits, days, force = false, output: prefix = name } = options;
      const password = (await givenPassword(options)) ?? "";
      const { certificate } = await makeCertificate({
        name,
        prefix,
        issuer: issuer === undefined ? undefined : await openSavedIdentity(issuer, options, context),
        isCa: ca,
        key: ec ? "ec" : { bits },
        days,
        password,
        overwrite: force,
      });
      const ids = idsOf(certificate.publicKey);
      const status = report(context, options, { key: `${prefix}.pem`, certificate: `${prefix}.crt`, ...ids });
      const { stdout } = context.streams;
      if (stdout.isTTY && !options.json) stdout.write(`\n${qrCode(ids.longId)}\n`);
      return status;
    }),
  );
}
