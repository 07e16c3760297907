import type { Peer } from "../routing/index.ts";
import { MAX_TOKEN_BYTES } from "./limits.ts";

/**
 * The latest token of each peer. A node gives us the same one for every key, so thousands of searches can share its bytes.
 */
export class KnownTokens {
  readonly #byPeer = new WeakMap<Peer, Uint8Array>();

  /** The token to keep, undefined when it is unusable. */
  share(peer: Peer, token: Uint8Array | undefined): Uint8Array | undefined {
    if (token === undefined || token.length === 0 || token.length > MAX_TOKEN_BYTES) return undefined;
    const known = this.#byPeer.get(peer);
    if (known !== undefined && isEqual(known, token)) return known;
    this.#byPeer.set(peer, token);
    return token;
  }
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
