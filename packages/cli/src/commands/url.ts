import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { CommandError, wrongUse } from "../command-error.ts";
import { ExitStatus } from "../exit-status.ts";
import { addIdentityOptions, type OwnIdentityOptions, ownIdentity } from "../identity/own-identity.ts";
import { durationOption } from "../options.ts";
import { CA_HELP, fetchWith } from "../proxy/client-options.ts";

interface UrlOptions extends OwnIdentityOptions {
  readonly ca?: string;
  readonly headers?: boolean;
  readonly verbose?: boolean;
  /** ms */
  readonly timeout: number;
}

export function addUrlCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("url")
    .alias("durl")
    .description("fetch a URL and print what comes, as durl does: to look at a proxy, say")
    .argument("<url>", "http:// or https://")
    .option("--ca <file>", CA_HELP)
    .option("-H, --headers", "print the headers of the answer first, and an empty line")
    .option("-v, --verbose", "tell on stderr what is done")
    .addOption(durationOption("-t, --timeout <duration>", "give up after this time (500ms, 5s, 2min)", "30s"));
  addIdentityOptions(command, "prove who you are, if the server asks").action((url: string, options: UrlOptions) =>
    context.run(() => fetchUrl(url, options, context)),
  );
}

async function fetchUrl(url: string, options: UrlOptions, context: CommandContext): Promise<ExitStatus> {
  const { streams, interrupted } = context;
  const tell = (text: string) => options.verbose && streams.stderr.write(`${text}\n`);
  mustBeHttp(url);
  const identity = await ownIdentity(options, context);
  const fetchNow = (await fetchWith({ ca: options.ca, identity })) ?? fetch;
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

/** @throws CommandError for anything that can't be asked for over HTTP */
function mustBeHttp(url: string): void {
  const scheme = URL.parse(url)?.protocol;
  if (scheme !== "http:" && scheme !== "https:")
    throw wrongUse(`"${url}" is no URL of a web server`, "Begin with http:// or https://.");
}

function failed(url: string, cause: unknown, isTimeOver: boolean): CommandError {
  const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const message = isTimeOver
    ? `no end of the answer from ${url} in time`
    : `no answer from ${url}: ${reason instanceof Error ? reason.message : reason}`;
  const status = isTimeOver ? ExitStatus.timedOut : ExitStatus.noNetwork;
  return new CommandError({
    status,
    code: isTimeOver ? "ERR_TIMED_OUT" : "ERR_NO_NETWORK",
    message,
    hint: "Is the server up, and reachable from here? An authority of its own is named with --ca, and who you are with --identity. Wait longer with --timeout.",
    cause,
  });
}
