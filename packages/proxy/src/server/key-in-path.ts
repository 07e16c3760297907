// Source: OpenDHT REST proxy, keys in paths.
import { InfoHash } from "@hashmere/dht/engine";

/** The key that a path segment, already decoded, stands for: 40 hexadecimal digits are it, everything else is hashed. */
export function keyInPath(segment: string): InfoHash {
  const key = InfoHash.tryFromHex(segment);
  return key.isZero() ? InfoHash.get(segment) : key;
}
