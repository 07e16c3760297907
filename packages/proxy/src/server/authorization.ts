import { createHash, timingSafeEqual } from "node:crypto";

const BEARER = /^Bearer +(.+)$/i;

/** Knows the tokens of those who may use the proxy; without any, everybody may. */
export class Authorization {
  readonly #digests: readonly Buffer[];

  constructor(tokens: readonly string[] = []) {
    this.#digests = tokens.map(digest);
  }

  /** @param header `Authorization` of a request */
  allows(header: string | undefined): boolean {
    if (this.#digests.length === 0) return true;
    const [, token] = BEARER.exec(header ?? "") ?? [];
    if (token === undefined) return false;
    const given = digest(token);
    // All are compared, so that the time tells nothing.
    return this.#digests.filter((known) => timingSafeEqual(known, given)).length > 0;
  }
}

/** Texts of any length become comparable in constant time. */
function digest(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
