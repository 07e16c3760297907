import { type IndexKey, type IndexLookupResult, Pht, type Prefix } from "@hashmere/dht";
import { stopwatch } from "../../output/duration.ts";
import type { Arguments } from "../arguments.ts";
import type { ShellCommand, ShellSession } from "../shell-command.ts";
import { ShellError } from "../shell-error.ts";

/** Most indexes that one session works with. */
const MAX_INDEXES = 256;

export const indexLookup: ShellCommand = {
  names: ["il"],
  usage: "<name> <key> [exact match]",
  summary:
    "Look up entries of the index named <name>; <key> is field:value[,field:value…], [exact match] true or false.",
  async run(args, session) {
    const { pht, key } = indexAndKey(args, session);
    const exactMatch = args.word() !== "false";
    const elapsed = stopwatch();
    const { ok, values, prefix } = await pht.lookup(key, { exactMatch });
    if (values.length > 0) session.print(describeEntries(values, prefix));
    session.print(`Pht::lookup: ${ok ? "done" : "failed"}. took ${elapsed()}`);
  },
};

export const indexInsert: ShellCommand = {
  names: ["ii"],
  usage: "<name> <key> <hash>",
  summary: "Insert <hash> (40 hexadecimal digits) under <key> in the index named <name>.",
  async run(args, session) {
    const { pht, key } = indexAndKey(args, session);
    const hash = args.hexKey();
    if (hash === undefined) throw new ShellError("Syntax error: invalid InfoHash.");
    session.print(`Pht::insert: ${(await pht.insert(key, { hash, id: 0n })) ? "done" : "failed"}.`);
  },
};

/** The first key of an index says which fields it has and how long they are. */
function indexAndKey(args: Arguments, { node, indexes }: ShellSession): { readonly pht: Pht; readonly key: IndexKey } {
  const name = args.word();
  if (name === undefined) throw new ShellError("You must enter the index name.");
  const key = parseIndexKey(args.word() ?? "");
  const known = indexes.get(name);
  if (known) return { pht: known, key };
  if (indexes.size >= MAX_INDEXES) throw new ShellError(`No more than ${MAX_INDEXES} indexes at a time.`);
  const spec = Object.fromEntries(Object.entries(key).map(([field, value]) => [field, value.length]));
  const pht = new Pht(name, spec, node);
  indexes.set(name, pht);
  return { pht, key };
}

function parseIndexKey(text: string): IndexKey {
  const fields = text.split(",").map((part) => /^([^:]+):(.+)$/.exec(part));
  const key: Record<string, Uint8Array> = {};
  for (const field of fields) {
    const [, name, value] = field ?? [];
    if (name === undefined || value === undefined) {
      throw new ShellError("Syntax: the key is field:value[,field:value…]");
    }
    key[name] = new TextEncoder().encode(value);
  }
  return key;
}

function describeEntries(values: IndexLookupResult["values"], prefix: Prefix): string {
  return [
    "Pht::lookup: found entries!",
    "Prefix : ",
    `\tContent_ : "${bitsOf(prefix)}"`,
    "",
    `   hash: ${prefix.key}`,
    "   entries:",
    ...values.map(({ hash, id }) => `      ${hash}[vid: ${id.toString(16)}]`),
  ].join("\n");
}

function bitsOf({ content, size }: Prefix): string {
  return [...content.subarray(0, Math.ceil(size / 8))]
    .map((byte) => byte.toString(2).padStart(8, "0"))
    .join("")
    .slice(0, size);
}
