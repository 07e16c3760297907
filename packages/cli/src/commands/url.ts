import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { CommandError, wrongUse } from "../command-error.ts";
import { ExitStatus } from "../exit-status.ts";
import { durationOption } from "../options.ts";
import { CA_HELP, fetchTrusting } from "../proxy/client-options.ts";

interface UrlOptions {
  readonly ca?: string;
  readonly headers?: boolean;
  readonly verbose?: boolean;
  /** ms */
  readonly timeout: number;
}

export function addUrlCommand(program: Command, context: CommandContext): void {
  program
    .command("url")
    .alias("durl")
    .description("fetch a URL and print what comes, as durl does: to look at a proxy, say")
    .argument("<url>", "http:// or https://")
    .option("--ca <file>", CA_HELP)
    .option("-H, --headers", "print the headers of the answer first, and an empty line")
    .option("-v, --verbose", "tell on stderr what is done")
    .addOption(durationOption("-t, --timeout <duration>", "give up after this time (500ms, 5s, 2min)", "30s"))
    .action((url: string, options: UrlOptions) => context.run(() => fetchUrl(url, options, context)));
}

async function fetchUrl(
  url: string,
  options: UrlOptions,
  { streams, interrupted }: CommandContext,
): Promise<ExitStatus> {
  const tell = (text: string) => options.verbose && streams.stderr.write(`${text}\n`);
  const fetchNow = (await fetchTrusting(options.ca)) ?? fetch;
  const limit = AbortSignal.timeout(options.timeout);
  try {
    tell(`GET ${url}`);
    const response = await fetchNow(url, {
      headers: { Accept: "text/html", "User-Agent": "Mozilla/5.0" },
      signal: AbortSignal.any([interrupted, limit]),
    });
    tell(`${response.status} ${response.statusText} from ${response.url}`);
    if (options.headers) {
      for (const [name, value] of response.headers) streams.stdout.write(`${name}: ${value}\n`);
      streams.stdout.write("\n");
    }
    for await (const chunk of response.body ?? []) streams.stdout.write(chunk);
    streams.stdout.write("\n");
    return ExitStatus.done;
  } catch (error) {
    interrupted.throwIfAborted();
    throw failed(url, error, limit.aborted);
  }
}

function failed(url: string, cause: unknown, isTimeOver: boolean): CommandError {
  if (!URL.canParse(url)) {
    const message = `"${url}" is no URL`;
    return wrongUse(message, "Begin with http://.");
  }
  const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const message = isTimeOver
    ? `no end of the answer from ${url} in time`
    : `no answer from ${url}: ${reason instanceof Error ? reason.message : reason}`;
  const status = isTimeOver ? ExitStatus.timedOut : ExitStatus.noNetwork;
  return new CommandError({
    status,
    code: isTimeOver ? "ERR_TIMED_OUT" : "ERR_NO_NETWORK",
    message,
    hint: "Is the server up, and reachable from here? An authority of its own is named with --ca. Wait longer with --timeout.",
    cause,
  });
}
