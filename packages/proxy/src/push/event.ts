// Source: OpenDHT REST proxy, push payloads as version 4 sends them.
import type { InfoHash, Value } from "@hashmere/dht/engine";
import type { PushTarget, Writable } from "../json/index.ts";

/** What a push tells. */
export type PushEvent =
  /** Values have appeared under a key, or (`expired`) are gone. The values themselves are never in a push. */
  | { readonly kind: "values"; readonly key: InfoHash; readonly values: readonly Value[]; readonly expired: boolean }
  /** The subscription, or the permanent put with that id, ends soon unless it is renewed. */
  | { readonly kind: "timeout"; readonly key: InfoHash; readonly valueId?: bigint | undefined }
  /** An answer to a ping. */
  | { readonly kind: "pong" };

/** Whether a device should be woken for it. */
export function isUrgent(event: PushEvent): boolean {
  switch (event.kind) {
    case "values":
      return !event.expired && event.values.some((value) => value.priority === 0);
    case "timeout":
      return false;
    case "pong":
      return true;
  }
}

/** What arrives at the application. @param now Unix ms */
export function payloadOf(event: PushEvent, { clientId, sessionId }: PushTarget, now: number): Writable {
  switch (event.kind) {
    case "values": {
      const ids = event.values.map((value) => value.id.toString());
      return {
        // Of several expired values none is named: the application looks for itself.
        exp: event.expired && ids.length === 1 ? ids[0] : undefined,
        ids: ids.join(","),
        key: event.key.toString(),
        pt: event.values.map((value) => value.pushType).join(","),
        s: sessionId,
        t: now,
        to: clientId,
      };
    }
    case "timeout":
      return { s: sessionId, timeout: event.key.toString(), to: clientId, vid: event.valueId?.toString() };
    case "pong":
      return { pong: true, to: clientId };
  }
}
