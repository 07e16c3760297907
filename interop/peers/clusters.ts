import { randomInt } from "node:crypto";
import { startPeer } from "./cast.ts";
import { endpointOf, type InteropPeer, type PeerOptions } from "./interop-peer.ts";
import { PythonHost } from "./python-node.ts";
import { OURS } from "./stage.ts";

/** A node must not lose its way when one that it came by leaves. */
const WAYS_IN = 3;

/** Nodes that come and go together. */
interface Cluster {
  readonly isReal: boolean;
  readonly nodes: readonly InteropPeer[];
  /** Ends all its nodes, in good order. */
  leave(): Promise<void>;
  /** Ends them without a word. */
  kill(): Promise<void>;
}

/** A network made of clusters, real ones and ours. */
export class Clusters implements AsyncDisposable {
  /** The network id of its nodes. */
  readonly number: number;
  readonly #options: PeerOptions;
  readonly #clusterSize: number;
  readonly #clusters: Cluster[] = [];

  constructor(clusterSize: number, options: PeerOptions = {}) {
    this.#clusterSize = clusterSize;
    this.number = randomInt(1, 2 ** 31);
    this.#options = { ...options, network: this.number };
  }

  get nodes(): readonly InteropPeer[] {
    return this.#clusters.flatMap(({ nodes }) => nodes);
  }

  /** Adds clusters, one after the other; each has met its neighbours before the next. */
  async join(...areReal: readonly boolean[]): Promise<void> {
    for (const isReal of areReal) this.#clusters.push(await this.#start(isReal));
  }

  /** The oldest cluster leaves, then another of its kind comes. */
  async replaceOldest(): Promise<void> {
    const oldest = this.#clusters.shift();
    if (oldest === undefined) return;
    await oldest.leave();
    await this.join(oldest.isReal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#clusters.splice(0).map((cluster) => cluster.kill()));
  }

  async #start(isReal: boolean): Promise<Cluster> {
    const host = isReal ? new PythonHost() : undefined;
    const nodes: InteropPeer[] = [];
    for (let i = 0; i < this.#clusterSize; i++) {
      const node = await (host ? host.startNode(this.#options) : startPeer(OURS, this.#options));
      for (const way of pick(WAYS_IN, [...this.nodes, ...nodes])) await node.bootstrap(endpointOf(way));
      nodes.push(node);
    }
    await Promise.all(nodes.map((node) => node.get(`near ${node.port}`)));
    return {
      isReal,
      nodes,
      leave: async () => {
        await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
        await host?.[Symbol.asyncDispose]();
      },
      kill: async () => {
        await (host ? host.kill() : Promise.all(nodes.map((node) => node.kill())));
      },
    };
  }
}

function pick<T>(count: number, from: readonly T[]): T[] {
  const left = [...from];
  return Array.from({ length: Math.min(count, left.length) }, () => left.splice(randomInt(left.length), 1)).flat();
}
