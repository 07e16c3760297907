import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import type { CommandContext } from "../command-context.ts";

/** Asks on the terminal, without showing what is typed; undefined when there is no terminal. */
export async function promptPassword(
  question: string,
  { streams, interrupted }: CommandContext,
): Promise<string | undefined> {
  if (!streams.stdin.isTTY) return undefined;
  const dialogue = createInterface({ input: streams.stdin, output: nowhere(), terminal: true, historySize: 0 });
  const stopped = new AbortController();
  dialogue.on("SIGINT", () => {
    stopped.abort();
    process.emit("SIGINT"); // in raw mode, Ctrl-C comes as a character
  });
  streams.stderr.write(question);
  try {
    return await dialogue.question("", { signal: AbortSignal.any([interrupted, stopped.signal]) });
  } finally {
    streams.stderr.write("\n");
    dialogue.close();
  }
}

/** Takes the echo. */
function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
