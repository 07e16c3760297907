import { onTestFinished } from "vitest";
import type { InfoHash } from "../../src/id/index.ts";
import { type IndexNetwork, type KeySpec, Pht } from "../../src/pht/index.ts";
import { SeededRandom } from "../../src/random/index.ts";
import { createTestnet, type TestNode, type Testnet } from "../../src/testnet/index.ts";
import type { Filter, Value } from "../../src/value/index.ts";

/** A test node in the manner of a DhtRunner. */
class TestNetwork implements IndexNetwork {
  readonly #node: TestNode;

  constructor(node: TestNode) {
    this.#node = node;
  }

  get(key: InfoHash, { filter }: { readonly filter: Filter }) {
    const found = this.#node.get(key, { filter });
    async function* values(): AsyncGenerator<Value> {
      yield* (await found).values;
    }
    return Object.assign(values(), { done: found });
  }

  put(key: InfoHash, value: Value, { created }: { readonly created?: Date | undefined } = {}) {
    return this.#node.put(key, value, created ? { created: created.getTime() } : {});
  }

  async *listen(key: InfoHash, { filter, signal }: { readonly filter: Filter; readonly signal: AbortSignal }) {
    const queue: { value: Value; expired: boolean }[] = [];
    let wake = () => {};
    const operation = this.#node.dht.listen(key, {
      filter,
      onValues: (values, expired) => {
        for (const value of values) queue.push({ value, expired });
        wake();
      },
    });
    signal.addEventListener("abort", () => wake());
    try {
      while (!signal.aborted) {
        const event = queue.shift();
        if (event) yield event;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      operation.cancel();
    }
  }
}

/** A settled network, and indexes on its nodes. */
export class IndexNet {
  readonly net: Testnet;

  private constructor(net: Testnet) {
    this.net = net;
  }

  static async create(nodes = 4): Promise<IndexNet> {
    const net = await createTestnet({ nodes, config: { maxReqPerSec: -1, maxPeerReqPerSec: -1 } });
    onTestFinished(() => net.close());
    return new IndexNet(net);
  }

  index(node: number, name: string, spec: KeySpec): Pht {
    const { scheduler } = this.net;
    return new Pht(name, spec, new TestNetwork(this.net.node(node)), {
      clock: scheduler,
      random: new SeededRandom(node),
    });
  }
}
