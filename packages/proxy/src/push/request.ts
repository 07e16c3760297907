/** One HTTP POST to a push gateway. */
export interface PushRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** The token or endpoint it is for, which its owner gave us and may take back. */
  readonly token: string;
  /** The address was given by a client, not by who runs the proxy. */
  readonly isForeign: boolean;
}

/** How long a gateway keeps a message for a device that is away. */
export const PUSH_TTL_S = 86_400; // OpenDHT REST proxy, constants

export const JSON_HEADERS = { Accept: "*/*", "Content-Type": "application/json", "User-Agent": "Hashmere" } as const;
