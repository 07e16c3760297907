import type { Value } from "@hashmere/dht/engine";
import type { Release } from "./tab-claims.ts";
import { readValueLine, type ValueLine } from "./value-lines.ts";

/** Takes what a feed brings. */
export interface FeedSink {
  /** The feed begins, for the first time or anew: what it brings from now on is true now. */
  onBegin(): void;
  onValues(values: readonly Value[], expired: boolean): void;
  /** Gets what is there now, and reports the differences. */
  refresh(): Promise<void>;
  /** There may be a stream instead, until it is given back. */
  onStream(giveBack: Release): void;
}

/** Brings what happens under a key, for as long as it is open, whatever happens to proxies and connections. */
export interface Feed {
  /**
   * The proxy was away, or (`isAnother`) there is another now, which knows nothing of us: what that has ended is begun anew
   * after a delay.
   */
  reconnect(delayMs: number, isAnother: boolean): void;
  /** The proxy is about to forget us. False when it needn't be told anything. */
  renew(): boolean;
  /** Ends on this side. */
  close(): void;
  /** Ends on both sides: nobody is interested any more. */
  cancel(): void;
}

/** Hands on what lines say, one kind after the other. True when one of them says that nothing more comes. */
export function deliver(lines: readonly string[], sink: FeedSink): boolean {
  let batch: Value[] = [];
  let areExpired = false;
  const flush = (): void => {
    if (batch.length > 0) sink.onValues(batch, areExpired);
    batch = [];
  };
  for (const line of lines) {
    const read: ValueLine = readValueLine(line);
    if (read.kind === "value") {
      if (read.expired !== areExpired) flush();
      areExpired = read.expired;
      batch.push(read.value);
    } else if (read.kind === "end") {
      flush();
      return true;
    }
  }
  flush();
  return false;
}
