import { DEFAULT_RSA_BITS, loadCertificate, RevocationList } from "@hashmere/crypto";
import { type Command, InvalidArgumentError, Option } from "commander";
import { readPublicFile } from "../cert/files.ts";
import { describeCertificate, formatCertificate } from "../cert/inspect.ts";
import { makeCertificate, makeRequest, revokeIn, signRequest } from "../cert/make.ts";
import { qrCode } from "../cert/qr-code.ts";
import { judgeChain } from "../cert/verdict.ts";
import type { CommandContext } from "../command-context.ts";
import { ExitStatus } from "../exit-status.ts";
import { idsOf } from "../identity/key-ids.ts";
import { openPrivateKey, openSavedIdentity } from "../identity/open-identity.ts";
import { addPasswordOptions, givenPassword, type PasswordOptions } from "../identity/password.ts";
import { Output } from "../output/output.ts";

interface CertOptions extends PasswordOptions {
  readonly output?: string;
  readonly issuer?: string;
  readonly ca?: boolean;
  readonly ec?: boolean;
  readonly bits: number;
  readonly days?: number;
  readonly key?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** A hundred years: dates of certificates have four digits for the year. */
const MAX_DAYS = 36_500;

/** Where another's signature is what it is about, `--issuer` is not left out. */
type IssuerOptions = CertOptions & { readonly issuer: string };

interface InspectOptions {
  readonly trust?: readonly string[];
  readonly crl?: readonly string[];
  readonly json?: boolean;
}

export function addCertCommand(program: Command, context: CommandContext): void {
  const cert = program.command("cert").description("make, look at, sign and revoke certificates");
  addNew(cert, context);
  addInspect(cert, context);
  addRequest(cert, context);
  addSign(cert, context);
  addRevoke(cert, context);
}

function addNew(cert: Command, context: CommandContext): void {
  const command = cert
    .command("new")
    .description("make a private key and a certificate: an authority, or signed by one")
    .argument("<name>", "common name")
    .option("-o, --output <prefix>", "write <prefix>.pem (the key) and <prefix>.crt (default: the name)")
    .option("--issuer <prefix>", "signed by this authority, of <prefix>.pem and <prefix>.crt (default: by itself)")
    .option("--ca", "an authority too, where another signs it")
    .addOption(bitsOption())
    .addOption(new Option("--ec", "an elliptic curve key: for authorities, it can't own values").conflicts("bits"));
  withCommonOptions(command).action((name: string, options: CertOptions) =>
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

function addInspect(cert: Command, context: CommandContext): void {
  cert
    .command("inspect")
    .description("print what a certificate says, and whether its chain holds")
    .argument("<file>", "PEM (a chain) or DER")
    .addOption(new Option("--trust <file>", "trust this one alone; may be given several times").argParser(collect))
    .addOption(new Option("--crl <file>", "a revocation list; may be given several times").argParser(collect))
    .option("--json", "as a JSON object")
    .action((file: string, { trust = [], crl = [], json = false }: InspectOptions) =>
      context.run(async () => {
        const output = new Output(context.streams, json);
        const certificate = await loadCertificate(file);
        const lists = await Promise.all(crl.map(async (list) => RevocationList.from(await readPublicFile(list))));
        const verdict = judgeChain(certificate, await Promise.all(trust.map(loadCertificate)), lists);
        if (json) output.json(describeCertificate(certificate, verdict));
        else output.line(formatCertificate(certificate, verdict));
        return ExitStatus.done;
      }),
    );
}

function addRequest(cert: Command, context: CommandContext): void {
  const command = cert
    .command("request")
    .description("ask an authority for a certificate: write a request for it to sign")
    .argument("<name>", "common name")
    .option("-o, --output <prefix>", "write <prefix>.csr and, for a new key, <prefix>.pem (default: the name)")
    .option("-k, --key <file>", "the private key (default: a new one)")
    .addOption(bitsOption());
  withCommonOptions(command, { hasDays: false }).action((name: string, options: CertOptions) =>
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

function addSign(cert: Command, context: CommandContext): void {
  const command = cert
    .command("sign")
    .description("make the certificate that a request asks for")
    .argument("<request>", "PEM, as `hashmere cert request` writes it")
    .requiredOption("--issuer <prefix>", "the authority that signs, of <prefix>.pem and <prefix>.crt")
    .option("-o, --output <file>", "where the certificate is written (default: beside the request, .crt)");
  withCommonOptions(command).action((requestFile: string, options: IssuerOptions) =>
    context.run(async () => {
      const issuer = await openSavedIdentity(options.issuer, options, context);
      const certificateFile = options.output ?? `${requestFile.replace(/\.csr$/, "")}.crt`;
      const { days, force = false } = options;
      const { publicKey } = await signRequest({ requestFile, issuer, certificateFile, days, overwrite: force });
      return report(context, options, { certificate: certificateFile, ...idsOf(publicKey) });
    }),
  );
}

function addRevoke(cert: Command, context: CommandContext): void {
  const command = cert
    .command("revoke")
    .description("take a certificate back: add it to its issuer's revocation list")
    .argument("<file>", "the certificate")
    .requiredOption("--issuer <prefix>", "the authority that signed it, of <prefix>.pem and <prefix>.crt")
    .option("-o, --output <file>", "the revocation list, which is added to (default: <issuer>.crl)")
    .option("--json", "as a JSON object");
  addPasswordOptions(command).action((file: string, options: IssuerOptions) =>
    context.run(async () => {
      const certificate = await loadCertificate(file);
      const issuer = await openSavedIdentity(options.issuer, options, context);
      const crl = options.output ?? `${options.issuer}.crl`;
      const { size } = await revokeIn(crl, certificate, issuer);
      return report(context, options, { crl, revoked: size, ...idsOf(certificate.publicKey) });
    }),
  );
}

function withCommonOptions(command: Command, { hasDays = true } = {}): Command {
  if (hasDays) {
    command.addOption(
      new Option("--days <number>", "valid for so long (default: ten years)").argParser(within(1, MAX_DAYS)),
    );
  }
  command.option("-f, --force", "replace files that exist").option("--json", "as a JSON object");
  return addPasswordOptions(command);
}

function bitsOption(): Option {
  return new Option("--bits <number>", "length of the RSA key")
    .default(DEFAULT_RSA_BITS)
    .argParser(within(2048, 16_384));
}

function within(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,6}$/.test(text) ? Number(text) : 0;
    if (number < min || number > max) throw new InvalidArgumentError(`It must be a number of ${min} to ${max}.`);
    return number;
  };
}

function collect(file: string, files: readonly string[] = []): readonly string[] {
  return [...files, file];
}

/** What was made, a line each. */
function report({ streams }: CommandContext, { json = false }: CertOptions, made: Readonly<Record<string, unknown>>) {
  const output = new Output(streams, json);
  if (json) output.json(made);
  else for (const [name, value] of Object.entries(made)) output.line(`${name.padEnd(12)} ${value}`);
  return ExitStatus.done;
}
