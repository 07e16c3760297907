import { type RandomSource, SeededRandom, uniform } from "@hashmere/dht/engine";
import { type TestNode, Testnet } from "@hashmere/dht/testnet";
import { type Frame, NodeState, type Sample, type SimulatedHop } from "./frame.ts";
import { Probes, pick } from "./probes.ts";
import { SeenTraffic } from "./seen-traffic.ts";
import { MAX_NODES, type Settings } from "./settings.ts";
import { ShownLookup } from "./shown-lookup.ts";
import { Watch } from "./watch.ts";

/** How many values are watched over at most. */
export const MAX_VALUES = 24;
export const VALUES_PER_PUT = 12;
/** New nodes come one after the other, so far apart. */
const JOIN_INTERVAL_MS = 40;
/** Who leaves by churn comes back after that time. */
const ABSENCE_MS = 60_000;
/** The first nodes are those from whom others learn of the network; they always stay. */
const LASTING_NODES = 4;
/** Virtual time passes in steps of that length: between two, nodes come and go. */
const STEP_MS = 250;
/** Rows of figures that wait to be fetched. */
const MAX_SAMPLES = 300;

/** A network of real nodes in virtual time, and what one can do to it. One seed and the same deeds give the same run. */
export class Simulation {
  settings: Settings;
  /** So much virtual time makes one row of figures, ms. */
  sampleMs = 2000;
  readonly #net: Testnet;
  readonly #random: RandomSource;
  readonly #traffic: SeenTraffic;
  readonly #probes: Probes;
  readonly #watches: Watch[] = [];
  #samples: Sample[] = [];
  #hops: SimulatedHop[] = [];
  #shown: ShownLookup | undefined;
  #isSplit = false;
  #sampledAt = 0;
  #joinAt = 0;
  #hopAt = 0;
  #valuesPut = 0;
  /** Nodes due to leave by churn; the fraction waits until it is one. */
  #leaving = 0;

  constructor(settings: Settings, seed = 1) {
    this.settings = settings;
    this.#random = new SeededRandom(seed);
    const jitter = new SeededRandom(seed + 1);
    this.#net = new Testnet({
      seed,
      bootstraps: LASTING_NODES,
      latency: () => this.settings.latencyMs * uniform(jitter, 0.4, 1.6),
      config: { maintainStorage: true },
    });
    this.#traffic = new SeenTraffic(this.#net.network);
    this.#probes = new Probes(new SeededRandom(seed + 2));
  }

  /** Virtual ms since the beginning. */
  get now(): number {
    return this.#net.now;
  }

  /** The ids of all nodes, by number; grows as nodes join. */
  get ids(): readonly string[] {
    return this.#net.nodes.map(({ id }) => id.toString());
  }

  get isLookingUp(): boolean {
    return this.#shown !== undefined && !this.#shown.isOver;
  }

  /** How long the lookup that is shown has waited, virtual ms. */
  get sinceLastHop(): number {
    return this.now - this.#hopAt;
  }

  /** Everybody who should be there has come. */
  get isComplete(): boolean {
    return this.#net.nodes.length >= this.settings.nodes;
  }

  /** Lets virtual time pass. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.now + milliseconds;
    while (this.now < end) {
      this.#net.conditions.loss = this.settings.loss;
      this.#settleCount();
      this.#churn(Math.min(STEP_MS, end - this.now));
      this.#probes.step(this.now, this.#up(), this.#watches, () => this.now);
      await this.#net.advance(Math.min(STEP_MS, end - this.now));
      if (this.now - this.#sampledAt >= this.sampleMs) this.#sample();
    }
  }

  /** Some nodes, by chance, write values and keep renewing them. */
  putValues(): void {
    const writers = this.#up().filter(({ index }) => index >= LASTING_NODES);
    for (let i = 0; i < VALUES_PER_PUT && this.#watches.length < MAX_VALUES; i++) {
      const writer = pick(writers, this.#random);
      if (writer === undefined) return;
      const number = ++this.#valuesPut;
      this.#watches.push(new Watch(`value ${number}`, BigInt(number), writer));
    }
  }

  /** Nobody renews values any more. */
  stopWriters(): void {
    for (const watch of this.#watches) watch.abandon();
  }

  /** A third of the nodes vanish without a word. Writers stay, so that what happens to values is the network's doing. */
  killThird(): void {
    const victims = this.#expendable();
    const count = Math.floor(this.#up().length / 3);
    for (let i = 0; i < count && victims.length > 0; i++) {
      const [victim] = victims.splice(Math.floor(uniform(this.#random, 0, victims.length)), 1);
      if (victim !== undefined) this.#net.crash(victim);
    }
    this.#probes.forget();
  }

  /** Whoever is down comes back, with nothing stored. */
  revive(): void {
    this.#net.restart(this.#net.nodes.slice(0, this.settings.nodes).filter((node) => !node.isRunning));
    if (this.#isSplit) this.split();
  }

  /** Cuts the network in two: ids that begin with a 0, and those that begin with a 1. */
  split(): void {
    this.#isSplit = true;
    this.#net.partition([this.#net.nodes.filter(isInUpperHalf)]);
    this.#probes.forget();
  }

  heal(): void {
    this.#isSplit = false;
    this.#net.heal();
    this.#probes.forget();
  }

  /** Some node looks for one of the values; its way is told in `hops` of the frames. */
  lookUp(): void {
    const watch = pick(this.#watches, this.#random);
    if (watch === undefined || this.isLookingUp) return;
    const asker = pick(
      this.#up().filter((node) => !watch.isHeldBy(node)),
      this.#random,
    );
    if (asker === undefined) return;
    this.#shown = new ShownLookup(this.#net, asker, watch, (hop) => {
      this.#hops.push(hop);
      this.#hopAt = this.now;
    });
  }

  /** How everything is now, and what happened since the last call. */
  takeFrame(): Frame {
    const frame: Frame = {
      now: this.now,
      running: this.#up().length,
      states: this.#states(),
      flows: this.#traffic.takeFlows(),
      isSplit: this.#isSplit,
      values: this.#watches.map((watch) => ({
        name: watch.name,
        copies: this.#copiesOf(watch),
        isRenewed: watch.isRenewed,
      })),
      hops: this.#hops,
      isLookingUp: this.isLookingUp,
      samples: this.#samples,
    };
    this.#hops = [];
    this.#samples = [];
    return frame;
  }

  close(): void {
    this.#net.close();
  }

  #up(): readonly TestNode[] {
    return this.#net.nodes.filter((node) => node.isRunning);
  }

  /** Those up who may be taken away. */
  #expendable(): TestNode[] {
    const writers = new Set(this.#watches.filter(({ isRenewed }) => isRenewed).map(({ writer }) => writer));
    return this.#up().filter((node) => node.index >= LASTING_NODES && !writers.has(node));
  }

  #copiesOf(watch: Watch): number {
    return this.#net.nodes.reduce((copies, node) => copies + (watch.isHeldBy(node) ? 1 : 0), 0);
  }

  #states(): Uint8Array<ArrayBuffer> {
    const { nodes } = this.settings;
    return Uint8Array.from(this.#net.nodes, (node) => {
      if (!node.isRunning) return node.index >= nodes ? NodeState.absent : NodeState.down;
      return this.#watches.some((watch) => watch.isHeldBy(node)) ? NodeState.holder : NodeState.up;
    });
  }

  /** Has nodes come or go until there are as many as asked for. */
  #settleCount(): void {
    const wanted = Math.min(this.settings.nodes, MAX_NODES);
    for (; this.#net.nodes.length < wanted && this.#joinAt <= this.now; this.#joinAt += JOIN_INTERVAL_MS) {
      const node = this.#net.spawnOne();
      if (this.#isSplit && isInUpperHalf(node)) node.endpoint.group = 1;
    }
    this.#joinAt = Math.max(this.#joinAt, this.now);
    for (const node of this.#net.nodes.slice(wanted)) if (node.isRunning) this.#net.crash(node);
  }

  #churn(milliseconds: number): void {
    const candidates = this.settings.churn > 0 ? this.#expendable() : [];
    this.#leaving += (candidates.length * this.settings.churn * milliseconds) / 60_000;
    for (; this.#leaving >= 1; this.#leaving--) {
      const node = pick(candidates, this.#random);
      if (node === undefined || !node.isRunning) continue;
      this.#net.crash(node);
      this.#net.scheduler.at(this.now + ABSENCE_MS, () => {
        if (!node.isRunning && node.index < this.settings.nodes) this.#net.restart(node);
      });
    }
  }

  #sample(): void {
    const messages = this.#traffic.takeRates(this.now - this.#sampledAt);
    this.#sampledAt = this.now;
    // How a network comes to be is another story, whose many messages would dwarf all that follow.
    if (this.#watches.length === 0) return;
    const copies = this.#watches.reduce((sum, watch) => sum + this.#copiesOf(watch), 0);
    this.#samples.push({
      at: this.now,
      messages,
      success: this.#probes.success,
      lookupMs: this.#probes.medianMs,
      copies: copies / this.#watches.length,
    });
    if (this.#samples.length > MAX_SAMPLES) this.#samples.shift();
  }
}

function isInUpperHalf({ id }: TestNode): boolean {
  return id.word(0) >>> 31 === 1;
}
