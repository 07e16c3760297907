import type { Family } from "../address/index.ts";
import { randomBelow, SeededRandom } from "../random/index.ts";
import { VirtualScheduler } from "../scheduler/index.ts";
import { ValueTypeRegistry } from "../value/index.ts";
import { Churn } from "./churn.ts";
import { Drive } from "./drive.ts";
import { type Duration, toMilliseconds } from "./duration.ts";
import { latencyModel } from "./latency.ts";
import { DEFAULTS, type TestnetOptions } from "./options.ts";
import { type Endpoint, type NetworkConditions, type NetworkStats, SimulatedNetwork } from "./simulated-network.ts";
import { TestNode } from "./test-node.ts";
import { TraceHash } from "./trace-hash.ts";

/** How many bootstrap nodes a new node is told of. */
const HOSTS_PER_NODE = 3;

/** What the network has carried so far. */
export interface TestnetStats extends NetworkStats {
  /** Virtual ms since the network began. */
  readonly now: number;
  readonly running: number;
}

/**
 * A network of DHT nodes in one process and in virtual time: an hour takes as long as its events take to compute, and one
 * seed gives exactly one run.
 *
 * ```ts
 * const net = await createTestnet({ nodes: 1000, seed: 42, loss: 0.02, latency: "internet" });
 * await net.node(0).put("k", "v");
 * net.crash(net.nodes.slice(1, 200));
 * await net.advance("1h");
 * await net.node(999).getAll("k");
 * ```
 */
export class Testnet {
  /** By number; those that are down stay in their place. */
  readonly nodes: TestNode[] = [];
  readonly scheduler = new VirtualScheduler();
  readonly network: SimulatedNetwork;
  /** Shared by all nodes that aren't given their own; nobody can change it. */
  readonly #types = new ValueTypeRegistry();
  readonly #drive = new Drive(this.scheduler);
  readonly #options: TestnetOptions;
  readonly #families: readonly Family[];
  readonly #seed: number;
  readonly #random: SeededRandom;
  readonly #trace = new TraceHash();
  readonly #churn: Churn | undefined;
  readonly #spared: number;
  readonly #bootstraps: number;

  constructor(options: TestnetOptions = {}) {
    const { latency, loss, duplication, reordering } = { ...DEFAULTS, ...options };
    this.#options = options;
    this.#families = options.families ?? DEFAULTS.families;
    this.#seed = options.seed ?? DEFAULTS.seed;
    this.#random = new SeededRandom(this.#seed);
    this.#bootstraps = options.bootstraps ?? 1 + Math.floor((options.nodes ?? DEFAULTS.nodes) / 100);
    this.network = new SimulatedNetwork({
      scheduler: this.scheduler,
      random: new SeededRandom(this.#random.uint32()),
      latency: latencyModel(latency, new SeededRandom(this.#random.uint32())),
      conditions: { loss, duplication, reordering },
      endpointsPerHost: options.nodesPerHost ?? DEFAULTS.nodesPerHost,
    });
    if (options.trace) {
      this.network.observer = (datagram, from, to) => this.#trace.add(this.scheduler.now(), datagram, from, to);
    }
    this.#spared = options.churn?.spare ?? this.#bootstraps;
    this.#churn =
      options.churn &&
      new Churn(
        this.scheduler,
        new SeededRandom(this.#random.uint32()),
        {
          lifetime: toMilliseconds(options.churn.lifetime),
          downtime: toMilliseconds(options.churn.downtime ?? DEFAULTS.downtime),
        },
        (node) => this.restart(node),
      );
  }

  /** Node number `index`. @throws RangeError when there is none */
  node(index: number): TestNode {
    const node = this.nodes.at(index);
    if (node === undefined) throw new RangeError(`there is no node ${index}: the testnet has ${this.nodes.length}`);
    return node;
  }

  /** Virtual ms since the network began. */
  get now(): number {
    return this.scheduler.now();
  }

  /** One number for everything sent so far; needs the option `trace`. */
  get traceHash(): number {
    return this.#trace.value;
  }

  get stats(): TestnetStats {
    const running = this.nodes.filter((node) => node.isRunning).length;
    return { ...this.network.stats, now: this.now, running };
  }

  /** Loss, duplication and reordering; may be changed at any time. */
  get conditions(): NetworkConditions {
    return this.network.conditions;
  }

  /** Runs virtual time. */
  advance(duration: Duration): Promise<void> {
    return this.#drive.advance(toMilliseconds(duration));
  }

  /** Adds nodes, which start at once and bootstrap. */
  spawn(count: number): TestNode[] {
    return Array.from({ length: count }, () => this.spawnOne());
  }

  /** Adds a node, which starts at once and bootstraps. */
  spawnOne(): TestNode {
    const { config } = this.#options;
    const index = this.nodes.length;
    const node = new TestNode({
      index,
      seed: this.#random.uint32(),
      endpoint: this.network.attach(this.#families),
      scheduler: this.scheduler,
      drive: this.#drive,
      config: { types: this.#types, ...(typeof config === "function" ? config(index) : config) },
    });
    this.nodes.push(node);
    this.#start(node);
    if (index >= this.#spared) this.#churn?.add(node);
    return node;
  }

  /** Adds nodes that start one after the other. Resolves when the last is connected and the network had time to settle. */
  async join(
    count: number,
    interval: Duration = DEFAULTS.joinInterval,
    settle: Duration = DEFAULTS.settle,
  ): Promise<void> {
    const pause = toMilliseconds(interval);
    const joined: TestNode[] = [];
    for (let i = 0; i < count; i++) {
      joined.push(this.spawnOne());
      await this.#drive.advance(pause);
    }
    if (this.nodes.length > 1) for (const node of joined) if (node.isRunning) await node.connected();
    await this.advance(settle);
  }

  /** Stops nodes without a word: their operations fail, their values are lost, datagrams to them vanish. */
  crash(nodes: TestNode | readonly TestNode[]): void {
    for (const node of listOf(nodes)) node.crash();
  }

  /** Starts nodes again, under their old ids and addresses, empty; they bootstrap anew. */
  restart(nodes: TestNode | readonly TestNode[]): void {
    for (const node of listOf(nodes)) {
      node.crash();
      this.#start(node);
    }
  }

  /** Cuts the network: nodes of different groups don't hear each other; nodes of no group form one of their own. */
  partition(groups: readonly (readonly TestNode[])[]): void {
    for (const node of this.nodes) node.endpoint.group = 0;
    groups.forEach((nodes, index) => {
      for (const node of nodes) node.endpoint.group = index + 1;
    });
  }

  /** Everybody hears everybody again. */
  heal(): void {
    for (const node of this.nodes) node.endpoint.group = 0;
  }

  /** Sets a node's wall clock forward, or back when negative. */
  jumpClock(node: TestNode, milliseconds: number): void {
    node.jumpClock(milliseconds);
  }

  /** Nobody comes or goes by himself any more. */
  stopChurn(): void {
    this.#churn?.stop();
  }

  /** A place on the network without a node, for hand-made datagrams. */
  attach(): Endpoint {
    return this.network.attach(this.#families);
  }

  /** Stops all nodes. */
  close(): void {
    this.stopChurn();
    this.crash(this.nodes);
  }

  #start(node: TestNode): void {
    node.start();
    const hosts = this.nodes.slice(0, this.#bootstraps).filter((host) => host !== node);
    for (let i = 0; i < HOSTS_PER_NODE && hosts.length > 0; i++) {
      const [host] = hosts.splice(randomBelow(this.#random, hosts.length), 1);
      for (const family of this.#families) {
        const address = host?.addressOf(family);
        if (address !== undefined) node.dht.addBootstrap(address.host, address.port);
      }
    }
  }
}

/** Makes a network and lets it settle: all nodes are connected when it is handed over. */
export async function createTestnet(options: TestnetOptions = {}): Promise<Testnet> {
  const net = new Testnet(options);
  await net.join(options.nodes ?? DEFAULTS.nodes, options.joinInterval, options.settle);
  return net;
}

function listOf(nodes: TestNode | readonly TestNode[]): readonly TestNode[] {
  return nodes instanceof TestNode ? [nodes] : [...nodes];
}
