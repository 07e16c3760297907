import { InfoHash, PushNotificationResult } from "@hashmere/dht/engine";
import type { Listenings } from "./listenings.ts";
import type { PermanentPuts } from "./permanent-puts.ts";
import type { ProxyCore } from "./proxy-core.ts";

/** Acts on the data of a push notification, as a gateway hands it to an application. */
export class PushReceiver {
  readonly #core: ProxyCore;
  readonly #listenings: Listenings;
  readonly #puts: PermanentPuts;

  constructor(core: ProxyCore, listenings: Listenings, puts: PermanentPuts) {
    this.#core = core;
    this.#listenings = listenings;
    this.#puts = puts;
  }

  /** @param sessionId ours: what is meant for another run is none of our business */
  async receive(data: Readonly<Record<string, unknown>>, sessionId: string): Promise<PushNotificationResult> {
    this.#core.connection.proveAlive();
    const text = (name: string): string | undefined => (data[name] === undefined ? undefined : String(data[name]));
    const session = text("s");
    if (session !== undefined && session !== sessionId) return PushNotificationResult.IgnoredWrongSession;
    const timeout = text("timeout");
    if (timeout !== undefined) return this.#onTimeout(timeout, text("vid"));
    const key = text("key");
    if (key === undefined) {
      return data.pong === undefined ? PushNotificationResult.Error : PushNotificationResult.IgnoredNoOp;
    }
    return this.#onNews(key, text("exp"), Number(text("t")));
  }

  /** The proxy is about to forget something. */
  #onTimeout(keyText: string, valueId: string | undefined): PushNotificationResult {
    const key = InfoHash.tryFromHex(keyText);
    if (valueId === undefined) {
      const isRenewed = this.#listenings.at(key)?.renew() ?? false;
      return isRenewed ? PushNotificationResult.ListenRefresh : PushNotificationResult.IgnoredNoOp;
    }
    const [id] = idsIn(valueId);
    const isRenewed = id !== undefined && this.#puts.renew(key, id);
    return isRenewed ? PushNotificationResult.PutRefresh : PushNotificationResult.IgnoredNoOp;
  }

  async #onNews(keyText: string, expired: string | undefined, sentAt: number): Promise<PushNotificationResult> {
    const listening = this.#listenings.at(InfoHash.tryFromHex(keyText));
    if (!listening) return PushNotificationResult.IgnoredNoOp;
    if (expired === undefined) {
      await listening.refresh();
      return PushNotificationResult.Values;
    }
    const { clock } = this.#core;
    // What was heard of after the proxy sent this has come back since.
    const before = Number.isFinite(sentAt) ? clock.now() + sentAt - clock.wallClock() : undefined;
    listening.expire(idsIn(expired), before);
    return PushNotificationResult.ValuesExpired;
  }
}

function idsIn(text: string): bigint[] {
  return text.split(",").flatMap((id) => (/^\d{1,20}$/.test(id) ? BigInt(id) : []));
}
