import { InfoHash } from "@hashmere/dht";

/** True for an id in hexadecimal, which stands for itself as a key. */
export function isHexKey(text: string): boolean {
  return /^[0-9a-fA-F]{40}$/.test(text);
}

/** A key as people write it: 40 hexadecimal digits are an id, any other text stands for its SHA-1. */
export function parseKey(text: string): InfoHash {
  return isHexKey(text) ? InfoHash.fromHex(text) : InfoHash.get(text);
}
