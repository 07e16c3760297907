import type { Command } from "commander";
import { signRequest } from "../../cert/make.ts";
import type { CommandContext } from "../../command-context.ts";
import { idsOf } from "../../identity/key-ids.ts";
import { openSavedIdentity } from "../../identity/open-identity.ts";
import { addPasswordOptions, type PasswordOptions } from "../../identity/password.ts";
import { daysOption } from "./numbers.ts";
import { report } from "./report.ts";

interface SignOptions extends PasswordOptions {
  readonly issuer: string;
  readonly output?: string;
  readonly days?: number;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function addSign(cert: Command, context: CommandContext): void {
  const command = cert
    .command("sign")
    .description("make the certificate that a request asks for")
    .argument("<request>", "PEM, as `hashmere cert request` writes it")
    .requiredOption("--issuer <prefix>", "the authority that signs, of <prefix>.pem and <prefix>.crt")
    .option("-o, --output <file>", "where the certificate is written (default: beside the request, .crt)")
    .addOption(daysOption())
    .option("-f, --force", "replace files that exist")
    .option("--json", "as a JSON object");
  addPasswordOptions(command).action((requestFile: string, options: SignOptions) =>
    context.run(async () => {
      const issuer = await openSavedIdentity(options.issuer, options, context);
      const certificateFile = options.output ?? `${requestFile.replace(/\.csr$/, "")}.crt`;
      const { days, force = false } = options;
      const { publicKey } = await signRequest({ requestFile, issuer, certificateFile, days, overwrite: force });
      return report(context, options, { certificate: certificateFile, ...idsOf(publicKey) });
    }),
  );
}
