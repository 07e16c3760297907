import { loadCertificate } from "@hashmere/crypto";
import type { Command } from "commander";
import { revokeIn } from "../../cert/make.ts";
import type { CommandContext } from "../../command-context.ts";
import { idsOf } from "../../identity/key-ids.ts";
import { openSavedIdentity } from "../../identity/open-identity.ts";
import { addPasswordOptions, type PasswordOptions } from "../../identity/password.ts";
import { report } from "./report.ts";

interface RevokeOptions extends PasswordOptions {
  readonly issuer: string;
  readonly output?: string;
  readonly json?: boolean;
}

export function addRevoke(cert: Command, context: CommandContext): void {
  const command = cert
    .command("revoke")
    .description("take a certificate back: add it to its issuer's revocation list")
    .argument("<file>", "the certificate")
    .requiredOption("--issuer <prefix>", "the authority that signed it, of <prefix>.pem and <prefix>.crt")
    .option("-o, --output <file>", "the revocation list, which is added to (default: <issuer>.crl)")
    .option("--json", "as a JSON object");
  addPasswordOptions(command).action((file: string, options: RevokeOptions) =>
    context.run(async () => {
      const certificate = await loadCertificate(file);
      const issuer = await openSavedIdentity(options.issuer, options, context);
      const crl = options.output ?? `${options.issuer}.crl`;
      const { size } = await revokeIn(crl, certificate, issuer);
      return report(context, options, { crl, revoked: size, ...idsOf(certificate.publicKey) });
    }),
  );
}
