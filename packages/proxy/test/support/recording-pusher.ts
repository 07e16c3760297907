import type { RandomSource, Scheduler } from "@hashmere/dht/engine";
import { Pusher } from "../../src/push/index.ts";

/** Pushes that leave at once and arrive, and the bodies of those that have. */
export function recordingPusher(timing: { readonly scheduler: Scheduler; readonly random: RandomSource }) {
  const pushed: unknown[] = [];
  const pusher = new Pusher({
    ...timing,
    post: async ({ body }) => {
      pushed.push(JSON.parse(String(body)));
      return { kind: "delivered" };
    },
  });
  return { pusher, pushed };
}
