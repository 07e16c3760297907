import type { PushSettings, RandomSource } from "@hashmere/dht/engine";
import { newSessionId } from "./session-id.ts";

/** Whom a proxy pushes to, in its own words. */
export interface PushTarget {
  readonly key: string;
  readonly client_id: string;
  readonly session_id: string;
  readonly platform: string;
  readonly topic: string;
}

/** Where pushes for this client go. They can be changed while it runs. */
export class PushIdentity {
  readonly sessionId: string;
  readonly #clientId: string;
  #token: string;
  #topic: string;
  #platform: string;

  constructor({ pushToken = "", topic = "", platform = "", clientId = "" }: PushSettings, random: RandomSource) {
    this.sessionId = newSessionId(random);
    this.#token = pushToken;
    this.#topic = topic;
    this.#platform = platform;
    this.#clientId = clientId;
  }

  /** Undefined without a token. */
  get target(): PushTarget | undefined {
    if (this.#token === "") return undefined;
    return {
      key: this.#token,
      client_id: this.#clientId,
      session_id: this.sessionId,
      platform: this.#platform,
      topic: this.#topic,
    };
  }

  change({ pushToken, topic, platform }: Omit<PushSettings, "clientId">): void {
    this.#token = pushToken ?? this.#token;
    this.#topic = topic ?? this.#topic;
    this.#platform = platform ?? this.#platform;
  }
}
