import { readFile } from "node:fs/promises";
import { addAbortSignal } from "node:stream";
import { buffer } from "node:stream/consumers";
import { MAX_VALUE_BYTES, Value } from "@hashmere/dht";
import type { CommandContext } from "../command-context.ts";
import { CommandError, wrongUse } from "../command-error.ts";
import { ExitStatus } from "../exit-status.ts";

/** What the caller says of the value to put. */
export interface GivenValue {
  readonly file?: string;
  readonly type: number;
  readonly userType?: string;
  readonly id?: bigint;
  readonly priority: number;
}

/**
 * The value: of the text, of standard input for `-`, or of a file.
 * @throws CommandError when there is nothing to read, the file can't be read, or no node would take so much
 */
export async function givenValue(text: string | undefined, given: GivenValue, context: CommandContext): Promise<Value> {
  return toValue(await readData(text, given.file, context), text, given);
}

async function readData(
  text: string | undefined,
  file: string | undefined,
  { streams, interrupted }: CommandContext,
): Promise<Uint8Array> {
  if ((text === undefined) === (file === undefined)) {
    throw wrongUse(
      text === undefined ? "there is nothing to put" : "a text and --file can't both be the value",
      "Give a text, - for standard input, or --file PATH.",
    );
  }
  if (text === "-") return buffer(addAbortSignal(interrupted, streams.stdin));
  if (text !== undefined) return new TextEncoder().encode(text);
  return readFile(file ?? "").catch((cause: Error) => {
    throw new CommandError({
      status: ExitStatus.couldNotStart,
      code: "ERR_FILE",
      message: `can't read ${file}: ${cause.message}`,
      hint: "Check the path and its permissions.",
      cause,
    });
  });
}

function toValue(data: Uint8Array, text: string | undefined, { type, userType, id, priority }: GivenValue): Value {
  const isText = text !== undefined && text !== "-";
  const value = new Value({ data, type, priority, userType: userType ?? (isText ? "text/plain" : ""), id: id ?? 0n });
  if (value.size <= MAX_VALUE_BYTES) return value;
  throw new CommandError({
    status: ExitStatus.wrongUse,
    code: "ERR_TOO_LARGE",
    message: `the value has ${value.size} bytes; no node takes more than ${MAX_VALUE_BYTES}`,
    hint: "Put it under several keys, in pieces.",
  });
}
