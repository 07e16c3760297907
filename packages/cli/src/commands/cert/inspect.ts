import { loadCertificate, RevocationList } from "@hashmere/crypto";
import { type Command, Option } from "commander";
import { readPublicFile } from "../../cert/files.ts";
import { describeCertificate, formatCertificate } from "../../cert/inspect.ts";
import { judgeChain } from "../../cert/verdict.ts";
import type { CommandContext } from "../../command-context.ts";
import { ExitStatus } from "../../exit-status.ts";
import { Output } from "../../output/output.ts";

interface InspectOptions {
  readonly trust?: readonly string[];
  readonly crl?: readonly string[];
  readonly json?: boolean;
}

export function addInspect(cert: Command, context: CommandContext): void {
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

function collect(file: string, files: readonly string[] = []): readonly string[] {
  return [...files, file];
}
