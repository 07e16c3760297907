import { setImmediate } from "node:timers/promises";
import { Address } from "../address/index.ts";
import { InvalidArgumentError } from "../errors/index.ts";
import type { NodeId } from "../id/index.ts";
import {
  type GetOptions,
  type GetResult,
  KademliaNode,
  type NodeParameters,
  type SetOptions,
  type SetResult,
} from "../node/index.ts";
import { SeededRandom } from "../random/seeded-random.ts";
import type { Transport } from "../rpc/index.ts";
import { VirtualScheduler } from "../scheduler/virtual-scheduler.ts";
import { digest, type Key } from "../server/index.ts";
import { MemoryStorage, type Storage } from "../storage/index.ts";
import { PackedValue, type Value } from "../value/index.ts";
import type { NodeEntry } from "../wire/index.ts";
import { type NetworkConditions, SimulatedNetwork } from "./simulated-network.ts";

const PORT = 8468;
const NODES_PER_SUBNET = 250;

/** What a simulated node may be told. */
export interface TestNodeOptions extends NodeParameters {
  /** Default: memory. */
  readonly storage?: Storage;
}

/** How a simulated network begins: nodes, chance, and the conditions (no loss, 5 to 25 ms each way). */
export interface TestnetOptions extends Partial<NetworkConditions> {
  /** How many to begin with, all joined. Default 8. */
  readonly nodes?: number;
  /** One seed is exactly one run. Default 1. */
  readonly seed?: number;
  /** For all nodes. */
  readonly node?: TestNodeOptions;
}

/** A network in memory and in virtual time: the same engine, no sockets, and a day passes in seconds. */
export async function createTestnet(options: TestnetOptions = {}): Promise<Testnet> {
  const net = new Testnet(options);
  await net.spawn(options.nodes ?? 8);
  return net;
}

/** A running simulation; `createTestnet` makes one. */
export class Testnet {
  readonly scheduler = new VirtualScheduler();
  readonly network: SimulatedNetwork;
  readonly nodes: TestNode[] = [];
  readonly #random: SeededRandom;
  readonly #nodeOptions: TestNodeOptions;
  #spawned = 0;

  constructor({ seed = 1, loss = 0, latencyMs = [5, 25], node = {} }: TestnetOptions = {}) {
    this.#random = new SeededRandom(seed);
    this.#nodeOptions = node;
    this.network = new SimulatedNetwork(this.scheduler, this.#random, { loss, latencyMs });
  }

  /** Adds nodes, each joining through the first one that is up. */
  async spawn(count: number, options: TestNodeOptions = {}): Promise<TestNode[]> {
    const spawned: TestNode[] = [];
    for (let i = 0; i < count; i++) {
      const node = this.add(options);
      const entry = this.nodes.find((other) => other.isUp && other !== node);
      if (entry) await node.bootstrap([entry]);
      spawned.push(node);
    }
    return spawned;
  }

  /** Adds a node that knows nobody. */
  add(options: TestNodeOptions = {}, address = this.nextAddress()): TestNode {
    const node = new TestNode(this, address, { ...this.#nodeOptions, ...options }, this.#random);
    this.nodes.push(node);
    return node;
  }

  /** An address that no node has. */
  nextAddress(): Address {
    const index = this.#spawned++;
    const host = `10.0.${Math.floor(index / NODES_PER_SUBNET)}.${1 + (index % NODES_PER_SUBNET)}`;
    const address = Address.parse(host, PORT);
    if (!address) throw new InvalidArgumentError("a testnet has room for 64 000 nodes");
    return address;
  }

  /** Nodes vanish without a word. */
  crash(nodes: Iterable<TestNode>): void {
    for (const node of nodes) node.crash();
  }

  /** Lets time pass. */
  async advance(ms: number): Promise<void> {
    const until = this.scheduler.now() + ms;
    do await setImmediate();
    while (this.scheduler.step(until));
    this.scheduler.skipTo(until);
  }

  /** Lets time pass until a promise of one of the nodes is settled. */
  async settle<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settled = () => {
      isSettled = true;
    };
    promise.then(settled, settled);
    await setImmediate();
    while (!isSettled && this.scheduler.step()) await setImmediate();
    return promise;
  }
}

/** One node of a testnet. Its operations let virtual time pass until they are done. */
export class TestNode {
  readonly address: Address;
  readonly engine: KademliaNode;
  isUp = true;
  readonly #net: Testnet;

  constructor(net: Testnet, address: Address, options: TestNodeOptions, random: SeededRandom) {
    const { network, scheduler } = net;
    this.#net = net;
    this.address = address;
    const transport: Transport = {
      send: (datagram, to) => network.send(datagram, address, to),
      reaches: (to) => to.isIPv6 === address.isIPv6,
    };
    this.engine = new KademliaNode({
      storage: new MemoryStorage(),
      ...options,
      scheduler,
      random,
      transport,
      book: network.book,
      resolve: (host) => Promise.resolve([host]),
    });
    network.attach(address, (datagram, from) => this.engine.receive(datagram, from));
    this.engine.start();
  }

  get id(): NodeId {
    return this.engine.id;
  }

  bootstrap(through: readonly TestNode[]): Promise<readonly NodeEntry[]> {
    return this.#net.settle(this.engine.bootstrap(through.map(({ address }) => address)));
  }

  set(key: Key, value: Value, options?: SetOptions): Promise<SetResult> {
    return this.#net.settle(this.engine.set(digest(key), PackedValue.pack(value), options));
  }

  get(key: Key, options?: GetOptions): Promise<GetResult> {
    return this.#net.settle(this.engine.get(digest(key), options));
  }

  /** What this node itself holds at a key. */
  held(key: Key): Value | undefined {
    return this.engine.holdings.get(digest(key))?.value.unpack();
  }

  crash(): void {
    this.isUp = false;
    this.#net.network.detach(this.address);
    this.engine.stop();
  }
}
