import type { Platform, PushTarget } from "../json/index.ts";
import { isUrgent, type PushEvent } from "./event.ts";
import { gorushRequest } from "./gorush.ts";
import { Outbox, type OutboxOptions, type PushCounts } from "./outbox.ts";
import { isPublicEndpoint } from "./public-address.ts";
import { unifiedPushRequest } from "./unified-push.ts";

export interface PusherOptions extends OutboxOptions {
  /** Of gorush, for Android and iOS. Default: pushes to these are not sent. */
  readonly gateway?: URL | undefined;
  /** The topic of iOS applications that name none. */
  readonly defaultTopic?: string | undefined;
  /** Whether clients may name endpoints that aren't public. Default false. */
  readonly allowPrivateEndpoints?: boolean | undefined;
}

/** Pushes sent to one kind of gateway since the start, by urgency. */
export interface PriorityCounts {
  readonly highPriorityCount: number;
  readonly normalPriorityCount: number;
}

/** Tells clients by push what happens while they are away. */
export class Pusher {
  readonly #options: PusherOptions;
  readonly #outbox: Outbox;
  readonly #sent = new Map<string, number>();

  constructor(options: PusherOptions) {
    this.#options = options;
    this.#outbox = new Outbox(options);
  }

  get counts(): PushCounts {
    return this.#outbox.counts;
  }

  countsOf(platform: Platform): PriorityCounts {
    return {
      highPriorityCount: this.#sent.get(`${platform} high`) ?? 0,
      normalPriorityCount: this.#sent.get(`${platform} normal`) ?? 0,
    };
  }

  /** Whether a push to this target could be sent, as far as its texts tell. */
  canReach(target: PushTarget): boolean {
    if (target.platform !== "unifiedpush") return true;
    const url = unifiedPushRequest({ kind: "pong" }, target, 0)?.url;
    if (url === undefined) return false;
    return this.#options.allowPrivateEndpoints ? /^https?:$/.test(url.protocol) : isPublicEndpoint(url);
  }

  /** Sends it as soon as its gateway takes it; without a gateway, or a token, nothing happens. */
  push(event: PushEvent, target: PushTarget): void {
    if (target.token === "") return;
    const { gateway, defaultTopic = "", scheduler } = this.#options;
    const now = scheduler.wallClock();
    const withTopic = target.topic === "" ? { ...target, topic: defaultTopic } : target;
    const request =
      target.platform === "unifiedpush"
        ? unifiedPushRequest(event, target, now)
        : gateway && gorushRequest(gateway, event, withTopic, now);
    if (request === undefined) return;
    const kind = `${target.platform} ${isUrgent(event) ? "high" : "normal"}`;
    this.#sent.set(kind, (this.#sent.get(kind) ?? 0) + 1);
    this.#outbox.send(request);
  }

  close(): void {
    this.#outbox.close();
  }
}
