import { type RandomSource, randomId64 } from "@hashmere/dht/engine";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&()*+,./:;<=>?@[]^_`{|}~";
const LENGTH = 8;

/** Names one run of a client, so that it can tell pushes for an earlier run from its own. */
export function newSessionId(random: RandomSource): string {
  let number = randomId64(random);
  let id = "";
  while (id.length < LENGTH) {
    id += ALPHABET[Number(number % BigInt(ALPHABET.length))];
    number /= BigInt(ALPHABET.length);
  }
  return id;
}
