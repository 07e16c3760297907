import type { DashboardMessage, NodeMessage, PeersMessage, StoreMessage } from "@hashmere/dashboard";
import type { InfoHash, Scheduler, Timer } from "@hashmere/dht/engine";
import type { Health } from "../health.ts";
import type { LineStream } from "../line-stream.ts";
import { ShownLookup } from "./shown-lookup.ts";
import { TrafficMeter } from "./traffic-meter.ts";
import type { WatchedNode } from "./watched-node.ts";

/** How often the page is told of each thing, in seconds; each message is sent only when it tells something new. */
const TRAFFIC_EVERY_S = 1;
const PEERS_EVERY_S = 2;
const STORE_EVERY_S = 5;
/** Keys told. */
const MAX_KEYS_TOLD = 500;
/** Values told of each: strangers may put tens of thousands under one key. */
export const MAX_VALUES_TOLD = 50;

export interface DashboardFeedOptions {
  readonly node: WatchedNode;
  readonly scheduler: Scheduler;
  readonly health: () => Health;
}

/** What happens at a node, told to all pages that watch. While none does, it costs nothing. */
export class DashboardFeed {
  readonly #options: DashboardFeedOptions;
  readonly #startedAt: number;
  readonly #watchers = new Set<LineStream>();
  #meter: TrafficMeter | undefined;
  #tick: Timer | undefined;
  #ticks = 0;
  #lookupNumber = 0;
  /** The last line of each kind of message. */
  readonly #told = new Map<DashboardMessage["kind"], string>();

  constructor(options: DashboardFeedOptions) {
    this.#options = options;
    this.#startedAt = options.scheduler.now();
  }

  /** Tells a page everything, then what is new, until it goes. */
  watch(stream: LineStream): void {
    if (stream.isClosed) return;
    this.#watchers.add(stream);
    stream.onClose(() => this.#leave(stream));
    this.#told.clear(); // the next round tells everybody everything
    this.#meter ??= new TrafficMeter(this.#options.node);
    this.#ticks = 0;
    this.#round();
  }

  /** Begins a lookup whose steps all pages see. */
  lookUp(key: InfoHash, onEnd: () => void): ShownLookup {
    const lookup = new ShownLookup(`${++this.#lookupNumber}`, key, this.#options.node.getPeers());
    void this.#follow(lookup).then(onEnd);
    return lookup;
  }

  async #follow(lookup: ShownLookup): Promise<void> {
    const { node, scheduler } = this.#options;
    const stop = node.observeLookups((hop) => {
      for (const step of lookup.steps(hop, scheduler.wallClock())) this.#tellAll(step);
    });
    const found = node.get(lookup.key);
    for await (const _ of found); // the values are the page's to get
    stop();
    this.#tellAll(lookup.end(scheduler.wallClock()));
  }

  #leave(stream: LineStream): void {
    this.#watchers.delete(stream);
    if (this.#watchers.size > 0) return;
    this.#tick?.cancel();
    this.#meter?.close();
    this.#meter = undefined;
  }

  #round(): void {
    const { scheduler, node } = this.#options;
    this.#tick?.cancel();
    if (this.#watchers.size === 0 || !node.isRunning()) return;
    this.#tellNews(nodeMessage(this.#options, scheduler.now() - this.#startedAt));
    if (this.#ticks % TRAFFIC_EVERY_S === 0 && this.#meter) this.#tellAll(this.#meter.read(scheduler.wallClock()));
    if (this.#ticks % PEERS_EVERY_S === 0) this.#tellNews(peersMessage(node));
    if (this.#ticks % STORE_EVERY_S === 0) this.#tellNews(storeMessage(node));
    this.#ticks++;
    this.#tick = scheduler.at(scheduler.now() + 1_000, () => this.#round());
  }

  /** The node's age alone is no news. */
  #tellNews(message: NodeMessage | PeersMessage | StoreMessage): void {
    const news = JSON.stringify(message.kind === "node" ? { ...message, uptime: 0 } : message);
    if (this.#told.get(message.kind) === news) return;
    this.#told.set(message.kind, news);
    this.#tellAll(message);
  }

  #tellAll(message: DashboardMessage): void {
    const line = `${JSON.stringify(message)}\n`;
    for (const stream of this.#watchers) stream.write(line);
  }
}

function nodeMessage({ node, health }: DashboardFeedOptions, uptime: number): NodeMessage {
  const { status4, status6, nodeId } = node;
  const { status, reason } = health();
  return { kind: "node", id: nodeId.toString(), status4, status6, health: status, reason, uptime };
}

function peersMessage(node: WatchedNode): PeersMessage {
  const peers = node.getPeers().map(({ id, address, state, heardAt = 0, depth }) => ({
    id: id.toString(),
    family: address.family,
    state,
    lastSeen: Math.round(heardAt),
    bucket: depth,
  }));
  return { kind: "peers", peers };
}

function storeMessage(node: WatchedNode): StoreMessage {
  const keys = node.getHeldKeys(MAX_KEYS_TOLD).map(({ key, values, listeners }) => ({
    key: key.toString(),
    values: values.slice(0, MAX_VALUES_TOLD).map(({ value, expires }) => ({
      id: value.id.toString(),
      type: value.type,
      size: value.size,
      expires: Number.isFinite(expires) ? Math.round(expires) : Number.MAX_SAFE_INTEGER,
    })),
    valueCount: values.length,
    listeners: {
      own: listeners.own,
      others: listeners.others,
      named: listeners.named.map(({ id, address }) => ({ id: id.toString(), address: address.toString() })),
    },
  }));
  return { kind: "store", keys };
}
