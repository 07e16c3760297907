import { readFileSync } from "node:fs";

/** One exchange recorded with a real program. */
export interface Exchange {
  readonly name: string;
  /** Which program answered, or (`client-…`, `push/…`) asked. */
  readonly from: string;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly body: string | null;
  };
  /** Null when the connection was closed without one. */
  readonly response: {
    readonly status: number;
    readonly statusLine?: string;
    readonly headers?: readonly (readonly [string, string])[];
    readonly body?: string;
    readonly chunks?: readonly string[];
    readonly complete?: boolean;
  } | null;
}

interface Vectors {
  readonly exchanges: readonly Exchange[];
  readonly webpush: {
    readonly receiverPrivateKeyHex: string;
    readonly receiverPublicKeyHex: string;
    readonly authHex: string;
    readonly messages: readonly { readonly bodyHex: string; readonly plaintext: string }[];
  };
}

/** Recorded with OpenDHT 2.4.12, 3.0.1 and 4.3.1 on a loopback network. */
export const vectors: Vectors = JSON.parse(readFileSync(new URL("opendht-proxy.json", import.meta.url), "utf8"));
