import { longTermKey, StunAttributeType, type StunBuilder, type StunMessage } from "../stun/index.ts";
import type { TurnServer } from "./turn-server.ts";

/**
 * Long-term credentials towards one server (RFC 8489 §9.2), for one allocation and the connections that are fetched for
 * it: the server names realm and nonce when it refuses the first request, and many give each allocation a nonce of its own.
 */
export class TurnCredentials {
  readonly #server: TurnServer;
  #realm: string | undefined;
  #nonce: Uint8Array | undefined;
  #key: Uint8Array | undefined;

  constructor(server: TurnServer) {
    this.#server = server;
  }

  /** Takes realm and nonce from a refusal; false when it names none, or a realm that is not the configured one. */
  learn(refusal: StunMessage): boolean {
    const realm = refusal.text(StunAttributeType.REALM) ?? this.#realm;
    const nonce = refusal.attribute(StunAttributeType.NONCE);
    if (realm === undefined || nonce === undefined) return false;
    if (this.#server.realm && this.#server.realm !== realm) return false;
    if (realm !== this.#realm) this.#key = longTermKey(this.#server.username, realm, this.#server.password);
    this.#realm = realm;
    this.#nonce = nonce.slice();
    return true;
  }

  /** Adds USERNAME, REALM, NONCE and MESSAGE-INTEGRITY once the server has told what they are to be. */
  sign(builder: StunBuilder): void {
    if (this.#realm === undefined || this.#nonce === undefined || this.#key === undefined) return;
    builder
      .text(StunAttributeType.USERNAME, this.#server.username)
      .text(StunAttributeType.REALM, this.#realm)
      .attribute(StunAttributeType.NONCE, this.#nonce)
      .integrity(this.#key);
  }
}
