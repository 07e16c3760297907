import type { TestNode, Testnet } from "@hashmere/dht/testnet";
import type { SimulatedHop } from "./frame.ts";
import type { Watch } from "./watch.ts";

/** A lookup that somebody watches: every step is told. */
export class ShownLookup {
  isOver = false;
  readonly #net: Testnet;
  readonly #asker: TestNode;
  readonly #key: string;
  readonly #tell: (hop: SimulatedHop) => void;
  /** Who was the first to name a node. */
  readonly #namedBy = new Map<number, number>();

  constructor(net: Testnet, asker: TestNode, watch: Watch, tell: (hop: SimulatedHop) => void) {
    this.#net = net;
    this.#asker = asker;
    this.#key = watch.key.toString();
    this.#tell = tell;
    this.#hop("began", asker.index, asker.index);
    const stop = asker.dht.observeLookups((hop) => {
      if (hop.question !== "get" || !hop.key.equals(watch.key)) return;
      const to = this.#indexAt(hop.address);
      if (to === undefined) return;
      if (hop.event === "asked") return this.#hop("asked", this.#namedBy.get(to) ?? asker.index, to);
      for (const { address } of hop.nodes ?? []) {
        const named = this.#indexAt(address);
        if (named !== undefined && !this.#namedBy.has(named)) this.#namedBy.set(named, to);
      }
      this.#hop(hop.event === "silent" ? "timeout" : (hop.values ?? 0) > 0 ? "found" : "answered", to, to);
    });
    asker.dht.get(watch.key, {
      onValues: () => {},
      onDone: () => {
        this.isOver = true;
        if (asker.isRunning) stop();
      },
    });
  }

  #hop(step: SimulatedHop["step"], from: number, to: number): void {
    this.#tell({ step, key: this.#key, from, to });
  }

  #indexAt(address: TestNode["address"]): number | undefined {
    const index = this.#net.network.find(address)?.index;
    return index === this.#asker.index ? undefined : index;
  }
}
