import { claimAmongTabs } from "@hashmere/proxy/client";
import { batch, computed, signal } from "@preact/signals";
import type {
  DashboardMessage,
  HopMessage,
  NodeMessage,
  PeerRow,
  PeersMessage,
  StoredKeyRow,
  TrafficMessage,
} from "../../src/messages.ts";
import { bucketArcs, turnOf } from "../ring/geometry.ts";
import { type Dot, type Path, type PathLook, RingScene } from "../ring/scene.ts";
import { TrafficWindow } from "../traffic/traffic-window.ts";
import type { FeedState } from "./event-feed.ts";
import { followTogether } from "./follow-together.ts";
import { type Journey, withHop } from "./journey.ts";
import { listenerIds } from "./listeners.ts";
import { PageDht } from "./page-dht.ts";
import { parseMessage } from "./parse-message.ts";

const TRAFFIC_SECONDS = 300;
/** So many messages a second, and the water is as lively as it gets. */
const LIVELY_PER_SECOND = 60;
/** How often the server tells of peers. */
const PEERS_EVERY_MS = 2000;
const HOP_STAYS_MS = 20_000;
const HOP_APART_MS = 110;
const MAX_EARLY_HOPS = 500;
const MESSAGE_STAYS_MS = 1600;
const ID = /^[0-9a-f]{40}$/;

/** What the live view knows, as the server tells it. */
export class LiveModel {
  readonly dht = new PageDht(new URL(location.href));
  readonly scene = new RingScene();
  readonly feed = signal<FeedState>("connecting");
  readonly node = signal<NodeMessage | undefined>(undefined);
  readonly peers = signal<readonly PeerRow[]>([]);
  readonly keys = signal<readonly StoredKeyRow[]>([]);
  /** Which other nodes listen here, as far as they are named. */
  readonly listeners = computed(() => listenerIds(this.keys.value));
  /** The last lookup asked for on this page. */
  readonly journey = signal<Journey | undefined>(undefined);
  readonly traffic = new TrafficWindow(TRAFFIC_SECONDS);
  /** When the node was started, Unix ms. */
  readonly startedAt = signal(0);
  /** Counts the seconds of traffic heard of. */
  readonly trafficBeat = signal(0);
  #lookup: string | undefined;
  /** Steps that come before the answer that names their lookup; undefined while no such answer is awaited. */
  #early: HopMessage[] | undefined;
  /** The lines of the lookup that is shown, by whom they lead to. */
  readonly #drawn = new Map<string, Path>();
  #drawnAt = 0;

  /** Listens to the server until the signal aborts. */
  follow(stop: AbortSignal): void {
    const { eventsUrl: url, headers } = this.dht;
    // Who shows another token, or none, is another reader.
    const name = `hashmere events ${JSON.stringify([url, headers])}`;
    void followTogether({
      url,
      headers,
      claim: () => claimAmongTabs(name),
      channel: new BroadcastChannel(name),
      wait,
      signal: stop,
      onData: (data, ageMs) => {
        const message = parseMessage(data);
        if (message !== undefined) batch(() => this.#take(message, ageMs));
      },
      onState: (state) => {
        this.feed.value = state;
        // A server that was started anew counts its lookups anew.
        if (state === "lost") this.#lookup = undefined;
      },
    });
  }

  /** Asks the network for a key; its way is told hop by hop in `journey`. */
  async lookUp(key: string): Promise<void> {
    const early: HopMessage[] = [];
    this.#lookup = undefined;
    this.#early = early;
    this.#drawn.clear();
    this.journey.value = undefined;
    const { lookup, key: hash } = await this.dht.lookUp(key).finally(() => {
      this.#early = undefined;
    });
    this.#lookup = lookup;
    this.scene.paths.length = 0;
    this.scene.target = { turn: turnOf(hash), text: ID.test(key) ? `${key.slice(0, 6)}…` : key.slice(0, 24) };
    for (const hop of early) this.#takeHop(hop);
  }

  #take(message: DashboardMessage, ageMs: number): void {
    switch (message.kind) {
      case "node":
        this.node.value = message;
        this.startedAt.value = Date.now() - ageMs - message.uptime;
        this.scene.self = { turn: turnOf(message.id), text: "this node" };
        this.#drawBuckets();
        return;
      case "peers":
        return this.#takePeers(message);
      case "traffic":
        return this.#takeTraffic(message);
      case "store":
        this.keys.value = message.keys;
        this.scene.markListeners(this.listeners.value);
        return;
      case "hop":
        if (this.#early !== undefined && this.#early.length < MAX_EARLY_HOPS) this.#early.push(message);
        else this.#takeHop(message);
    }
  }

  #takePeers({ peers }: PeersMessage): void {
    const before = new Map(this.peers.value.map((peer) => [peer.id, peer.lastSeen]));
    const latest = peers.reduce((time, { lastSeen }) => Math.max(time, lastSeen), 0);
    this.scene.keepOnly(new Set(peers.map((peer) => peer.id)));
    for (const { id, state, lastSeen } of peers) {
      const dot = this.scene.place(id, state === "expired" ? "gone" : state);
      const seen = before.get(id);
      if (seen !== undefined && lastSeen > seen)
        this.#drawMessage(dot, Math.max(0, PEERS_EVERY_MS - latest + lastSeen));
    }
    this.peers.value = peers;
    this.#drawBuckets();
  }

  /** News of peers come together; drawn one after the other, as they were heard, they are seen to breathe. */
  #drawMessage(dot: Dot, delay: number): void {
    const startedAt = performance.now() + delay;
    dot.pulsedAt = startedAt;
    const self = this.scene.self?.turn;
    if (self === undefined) return;
    this.scene.addPath({ from: dot.turn, to: self, look: "message", startedAt, endsAt: startedAt + MESSAGE_STAYS_MS });
  }

  #takeTraffic(message: TrafficMessage): void {
    this.traffic.add(message);
    this.trafficBeat.value++;
    this.scene.activity = Math.min(1, this.traffic.latest / LIVELY_PER_SECOND);
  }

  #takeHop(hop: HopMessage): void {
    if (hop.lookup !== this.#lookup) return;
    this.journey.value = withHop(this.journey.value, hop);
    if (hop.to !== undefined) this.#drawHop(hop, hop.to);
  }

  #drawHop({ step, from }: HopMessage, to: string): void {
    const now = performance.now();
    const look = LOOK_OF[step];
    const dot = this.scene.dots.get(to);
    const drawn = this.#drawn.get(to);
    if (drawn !== undefined) {
      if (step !== "asked") drawn.look = look;
      return;
    }
    const end = turnOf(to);
    const start = from === undefined ? (this.scene.self?.turn ?? end) : turnOf(from);
    // On a fast network all happens at once: the eye gets one line after the other.
    const startedAt = Math.max(now, this.#drawnAt + HOP_APART_MS);
    this.#drawnAt = startedAt;
    if (dot !== undefined) dot.pulsedAt = startedAt;
    this.#drawn.set(
      to,
      this.scene.addPath({ from: start, to: end, look, startedAt, endsAt: startedAt + HOP_STAYS_MS }),
    );
  }

  #drawBuckets(): void {
    const id = this.node.value?.id;
    const depth = this.peers.value.reduce((deepest, { bucket }) => Math.max(deepest, bucket), 0);
    if (id !== undefined) this.scene.arcs = bucketArcs(id, depth);
  }
}

const LOOK_OF: Readonly<Record<HopMessage["step"], PathLook>> = {
  asked: "asked",
  answered: "answered",
  found: "found",
  timeout: "silent",
  done: "answered",
};

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
