import { sha256 } from "@noble/hashes/sha2.js";
import type { SockAddr } from "../address/index.ts";
import { writeWord } from "../id/hash.ts";
import { type RandomSource, uniform } from "../random/index.ts";
import type { Scheduler, Timer } from "../scheduler/index.ts";
import { hashAddress } from "./address-hash.ts";

/** Length of the tokens that we issue; any other length is refused at once. */
export const TOKEN_BYTES = 32; // OpenDHT wire format, tokens
/** The secret is replaced after a time between these two, so a token lives 15 … 90 minutes. */
export const MIN_SECRET_LIFE_MS = 15 * 60_000;
export const MAX_SECRET_LIFE_MS = 45 * 60_000;
/** Addresses whose token is kept at hand; when there are more, all are forgotten and computed again. */
export const MAX_CACHED_TOKENS = 4096;

const SECRET_BYTES = 16; // OpenDHT takes 8; how a token is made is the issuer's affair

interface CachedToken {
  readonly address: SockAddr;
  readonly current: Uint8Array;
  /** Made with the secret before; computed when somebody shows such a token. */
  previous: Uint8Array | undefined;
}

/**
 * Issues and checks write tokens: whoever shows one has lately received packets at the address that he writes from.
 *
 * A token is a hash of a secret, the address and the port; nothing is remembered about it. It is opaque to its holder.
 */
export class TokenIssuer {
  readonly #scheduler: Scheduler;
  readonly #random: RandomSource;
  readonly #salt: number;
  readonly #cache = new Map<number, CachedToken>();
  #secret: Uint8Array;
  #previousSecret: Uint8Array;
  #timer: Timer;

  constructor(scheduler: Scheduler, random: RandomSource) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#salt = random.uint32();
    this.#secret = random.fill(new Uint8Array(SECRET_BYTES));
    this.#previousSecret = random.fill(new Uint8Array(SECRET_BYTES));
    this.#timer = this.#armRotation();
  }

  /** The token for this address and port: 32 bytes that the caller must not change. */
  issue(address: SockAddr): Uint8Array {
    return this.#lookUp(address).current;
  }

  accepts(token: Uint8Array, address: SockAddr): boolean {
    if (token.length !== TOKEN_BYTES) return false;
    const known = this.#lookUp(address);
    if (isSameSecretly(token, known.current)) return true;
    known.previous ??= computeToken(this.#previousSecret, address);
    return isSameSecretly(token, known.previous);
  }

  /** Forgets the tokens kept at hand, which costs their computation when they are asked for again. They stay valid. */
  trim(): void {
    this.#cache.clear();
  }

  close(): void {
    this.#timer.cancel();
  }

  #lookUp(address: SockAddr): CachedToken {
    const slot = hashAddress(address, this.#salt);
    const cached = this.#cache.get(slot);
    if (cached?.address.equals(address)) return cached;
    if (this.#cache.size >= MAX_CACHED_TOKENS) this.#cache.clear();
    const fresh = { address, current: computeToken(this.#secret, address), previous: undefined };
    this.#cache.set(slot, fresh);
    return fresh;
  }

  #armRotation(): Timer {
    const life = uniform(this.#random, MIN_SECRET_LIFE_MS, MAX_SECRET_LIFE_MS);
    return this.#scheduler.at(this.#scheduler.now() + life, () => {
      this.#previousSecret = this.#secret;
      this.#secret = this.#random.fill(new Uint8Array(SECRET_BYTES));
      this.#cache.clear();
      this.#timer = this.#armRotation();
    });
  }
}

function computeToken(secret: Uint8Array, address: SockAddr): Uint8Array {
  const input = new Uint8Array(SECRET_BYTES + 18);
  input.set(secret);
  writeWord(input, SECRET_BYTES, address.a);
  writeWord(input, SECRET_BYTES + 4, address.b);
  writeWord(input, SECRET_BYTES + 8, address.c);
  writeWord(input, SECRET_BYTES + 12, address.d);
  input[SECRET_BYTES + 16] = address.port >>> 8;
  input[SECRET_BYTES + 17] = address.port;
  return sha256(input);
}

/** Takes the same time wherever the first difference is. */
function isSameSecretly(a: Uint8Array, b: Uint8Array): boolean {
  let difference = 0;
  for (let i = 0; i < TOKEN_BYTES; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}
