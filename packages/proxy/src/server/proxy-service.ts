import type { Identity } from "@hashmere/crypto";
import { type RandomSource, RealScheduler, type Scheduler, systemRandom } from "@hashmere/dht/engine";
import { type PostOptions, Pusher, post } from "../push/index.ts";
import { AnnouncePacer } from "./announce-pacer.ts";
import { Authorization } from "./authorization.ts";
import { ClientAddresses } from "./client-addresses.ts";
import { ClientLedger } from "./client-ledger.ts";
import { HealthWatch } from "./health.ts";
import { DEFAULT_LIMITS, type ProxyLimits } from "./limits.ts";
import type { LineStream } from "./line-stream.ts";
import { NodeFacts } from "./node-facts.ts";
import { PermanentPuts } from "./permanent-puts.ts";
import type { ProxyNode } from "./proxy-node.ts";
import { RequestCounts } from "./request-counts.ts";
import { SharedLookups } from "./shared-lookups.ts";
import { SlowReaders } from "./slow-readers.ts";
import type { ProxyState } from "./state-file.ts";
import { Statistics } from "./statistics.ts";
import { Subscriptions } from "./subscriptions.ts";
import { Tickets } from "./tickets.ts";

/** Between two reports of pushes that nobody took. */
const DROPPED_PUSH_GAP_MS = 60_000;

/** How pushes are sent. */
export interface PushOptions extends PostOptions {
  /** gorush, for Android and iOS. Default: none, and these get no pushes. */
  readonly gateway?: URL | undefined;
  /** Topic of iOS applications that name none. */
  readonly defaultTopic?: string | undefined;
}

export interface ProxyServiceOptions {
  readonly node: ProxyNode;
  readonly push?: PushOptions | undefined;
  readonly limits?: Partial<ProxyLimits> | undefined;
  /** The node's own. With it the proxy signs and encrypts for its clients. Default: it refuses to. */
  readonly identity?: Identity | undefined;
  /** Who presents one of these may use the proxy. Default: everybody. */
  readonly tokens?: readonly string[] | undefined;
  /** Web servers that forward to this one, as in `ClientAddresses`. Default: none. */
  readonly trustProxy?: readonly string[] | undefined;
  readonly scheduler?: Scheduler | undefined;
  readonly random?: RandomSource | undefined;
  /** A push that nobody will take, told at most once in `DROPPED_PUSH_GAP_MS`. */
  readonly onPushDropped?: ((endpoint: URL) => void) | undefined;
  /** Permanent puts or subscriptions have changed. */
  readonly onChange?: (() => void) | undefined;
}

/** Everything that a proxy does and remembers, without HTTP. */
export class ProxyService {
  readonly node: ProxyNode;
  readonly scheduler: Scheduler;
  readonly limits: ProxyLimits;
  readonly identity: Identity | undefined;
  readonly addresses: ClientAddresses;
  readonly ledger: ClientLedger;
  /** Of those who have a token and want a stream of events. */
  readonly tickets: Tickets;
  readonly authorization: Authorization;
  readonly pusher: Pusher;
  readonly pacer: AnnouncePacer;
  readonly puts: PermanentPuts;
  readonly subscriptions: Subscriptions;
  readonly facts: NodeFacts;
  readonly statistics: Statistics;
  readonly requests = new RequestCounts();
  readonly health: HealthWatch;
  readonly lookups: SharedLookups;
  readonly slowReaders: SlowReaders;
  /** Streams that go on until somebody ends them. */
  readonly streams = new Set<LineStream>();
  readonly #abandoningPushes = new AbortController();
  readonly #onPushDropped: (endpoint: URL) => void;
  #tellsDroppedAt = Number.NEGATIVE_INFINITY;
  #isEnding = false;

  constructor(options: ProxyServiceOptions) {
    const { node, push = {}, random = systemRandom, onChange = () => {}, onPushDropped = () => {} } = options;
    this.#onPushDropped = onPushDropped;
    const scheduler = options.scheduler ?? new RealScheduler();
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.node = node;
    this.scheduler = scheduler;
    this.limits = limits;
    this.identity = options.identity;
    this.addresses = new ClientAddresses(options.trustProxy);
    this.ledger = new ClientLedger(limits, scheduler, this.addresses);
    this.slowReaders = new SlowReaders(limits, scheduler);
    this.tickets = new Tickets(scheduler, this.ledger);
    this.authorization = new Authorization(this.tickets, options.tokens);
    this.pusher = new Pusher({
      ...push,
      scheduler,
      random,
      post: (request) => post(request, { ...push, signal: this.#abandoningPushes.signal }),
      onGone: (token) => this.subscriptions.removeToken(token),
      onDropped: ({ url }) => this.#tellDropped(url),
    });
    this.pacer = new AnnouncePacer({ scheduler, random, isConnected: () => node.status === "connected" });
    const shared = { node, scheduler, random, pusher: this.pusher, pacer: this.pacer, ledger: this.ledger, onChange };
    this.puts = new PermanentPuts(shared);
    this.subscriptions = new Subscriptions(shared);
    this.facts = new NodeFacts(node, scheduler, random);
    this.lookups = new SharedLookups(node, scheduler);
    this.health = new HealthWatch(node, scheduler);
    const { facts, ledger, puts, subscriptions, pusher } = this;
    this.statistics = new Statistics({ scheduler, facts, ledger, puts, subscriptions, pusher });
  }

  /** What should outlive this run. */
  get state(): ProxyState {
    return { puts: this.puts.saved(), subscriptions: this.subscriptions.saved() };
  }

  /** Takes up what an earlier run has left. */
  restore({ puts, subscriptions }: ProxyState): void {
    this.puts.restore(puts);
    this.subscriptions.restore(subscriptions);
  }

  /** Streams are ended, and connections with their answers. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** A stream that a shutdown ends. */
  keepStream(stream: LineStream): void {
    if (this.#isEnding) return stream.end();
    this.streams.add(stream);
    stream.onClose(() => this.streams.delete(stream));
  }

  /** Ends all streams properly, those that are opened from now on too. */
  endStreams(): void {
    this.#isEnding = true;
    for (const stream of this.streams) stream.end();
  }

  /** No longer waits for the answers of gateways to which pushes are under way. */
  abandonPushes(): void {
    this.#abandoningPushes.abort();
  }

  /** Seldom, because endpoints are addresses that strangers name. */
  #tellDropped(endpoint: URL): void {
    const now = this.scheduler.now();
    if (now < this.#tellsDroppedAt) return;
    this.#tellsDroppedAt = now + DROPPED_PUSH_GAP_MS;
    this.#onPushDropped(endpoint);
  }

  /** Ends all timers. The state can still be read. */
  close(): void {
    this.health.close();
    this.pacer.close();
    this.subscriptions.close();
    this.puts.close();
    this.pusher.close();
  }
}
