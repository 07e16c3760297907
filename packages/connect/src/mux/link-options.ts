import type { Logger, Scheduler } from "@hashmere/dht";
import type { AcceptChannel } from "./incoming-requests.ts";
import type { LinkLimits } from "./limits.ts";

export interface LinkOptions {
  /** Whether this side is the TLS client: it numbers its channels from 1, the other side from 32768. */
  readonly isInitiator: boolean;
  readonly scheduler: Scheduler;
  /** Decides about channels that the other side asks for. Default: none is accepted. */
  readonly accept?: AcceptChannel | undefined;
  /** Default: {@link LINK_LIMITS}. */
  readonly limits?: Partial<LinkLimits> | undefined;
  readonly log?: Logger | undefined;
}

export interface LinkStats {
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly channels: number;
  /** What it costs to hold what nobody has read yet; at most `maxQueuedBytes` and what was under way. */
  readonly unreadBytes: number;
  /** Bytes of data for channels that this side doesn't know. */
  readonly strayBytes: number;
  readonly strayObjects: number;
}
