import type { SeenValue, StoredKey } from "./interop-peer.ts";

/** Reads `Value[id:… data(text/plain):"…"]`, the one-line form that all programs print; undefined if the line is something else. */
export function parseValueLine(line: string): SeenValue | undefined {
  const match = /^\s*Value\[id:([0-9a-f]+) (?:signed \(v\d+\) |decrypted )*data(?:\(([^)]*)\))?:(.*)\]$/s.exec(line);
  if (match === null) return undefined;
  const [, id = "", userType = "", shown = ""] = match;
  const data = dataOf(shown);
  const size = data?.length ?? Number.parseInt(shown, 10);
  return { id: BigInt(`0x${id}`), data, size, userType };
}

/** Quoted text, hex, or (1024 bytes and more) nothing but a size. */
function dataOf(shown: string): Uint8Array | undefined {
  if (shown.startsWith('"') && shown.endsWith('"')) return Buffer.from(shown.slice(1, -1), "utf8");
  return /^(?:[0-9a-f]{2})*$/.test(shown) ? Buffer.from(shown, "hex") : undefined;
}

/** Reads a storage log: what is held, and for how many remote listeners, key by key. */
export function parseStorageLog(text: string): Map<string, StoredKey> {
  const stored = new Map<string, StoredKey>();
  for (const match of text.matchAll(/^Storage ([0-9a-f]{40}) (\d+) list\., (\d+) values/gm)) {
    const [, key = "", remoteListeners, values] = match;
    stored.set(key, { values: Number(values), remoteListeners: Number(remoteListeners) });
  }
  return stored;
}

/** Reads a routing table log: the ids of the nodes marked good. */
export function parseGoodNodes(text: string): string[] {
  return [...text.matchAll(/^\s+Node ([0-9a-f]{40}) .*\[good\]/gm)].map((match) => match[1] ?? "");
}
