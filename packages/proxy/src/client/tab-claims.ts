import { RollCall } from "./roll-call.ts";

/** Gives back what was claimed. */
export type Release = () => void;

/** Made when it is needed; one for the whole tab. */
let rollCall: RollCall | undefined;

/**
 * Claims something that only one of all tabs of a site may have at a time, such as one of few connections. A tab that is
 * closed, or dies, has it no longer. By the browser's locks, and where it has none (they need HTTPS or localhost), by
 * asking the other tabs.
 * @returns undefined when another has it, or this tab has it already
 */
export async function claimAmongTabs(name: string): Promise<Release | undefined> {
  if ("locks" in navigator) return claimLock(name);
  rollCall ??= openRollCall();
  return rollCall.claim(name);
}

function claimLock(name: string): Promise<Release | undefined> {
  return new Promise((answer) => {
    const request = navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      if (!lock) return answer(undefined);
      const { promise: held, resolve: release } = Promise.withResolvers<void>();
      answer(release);
      return held;
    });
    request.catch(() => answer(undefined)); // a page without an origin, in a sandbox, has no locks
  });
}

function openRollCall(): RollCall {
  const channel = new BroadcastChannel("hashmere roll call");
  const made = new RollCall(
    (call) => channel.postMessage(call),
    (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  );
  channel.onmessage = ({ data }: MessageEvent) => made.hear(data);
  return made;
}
