import type { Command } from "commander";
import { makeRequest } from "../../cert/make.ts";
import type { CommandContext } from "../../command-context.ts";
import { idsOf } from "../../identity/key-ids.ts";
import { openPrivateKey } from "../../identity/open-identity.ts";
import { addPasswordOptions, givenPassword, type PasswordOptions } from "../../identity/password.ts";
import { bitsOption } from "./numbers.ts";
import { report } from "./report.ts";

interface RequestOptions extends PasswordOptions {
  readonly output?: string;
  readonly key?: string;
  readonly bits: number;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function addRequest(cert: Command, context: CommandContext): void {
  const command = cert
    .command("request")
    .description("ask an authority for a certificate: write a request for it to sign")
    .argument("<name>", "common name")
    .option("-o, --output <prefix>", "write <prefix>.csr and, for a new key, <prefix>.pem (default: the name)")
    .option("-k, --key <file>", "the private key (default: a new one)")
    .addOption(bitsOption())
    .option("-f, --force", "replace files that exist")
    .option("--json", "as a JSON object");
  addPasswordOptions(command).action((name: string, options: RequestOptions) =>
    context.run(async () => {
      const { key: keyFile, bits, force = false, output: prefix = name } = options;
      const key = keyFile === undefined ? undefined : await openPrivateKey(keyFile, options, context);
      const password = (await givenPassword(options)) ?? "";
      const { publicKey } = await makeRequest({ name, prefix, key, bits, password, overwrite: force });
      return report(context, options, {
        key: keyFile ?? `${prefix}.pem`,
        request: `${prefix}.csr`,
        ...idsOf(publicKey),
      });
    }),
  );
}
