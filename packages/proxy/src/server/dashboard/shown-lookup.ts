import type { HopMessage } from "@hashmere/dashboard";
import type { InfoHash, LookupHop, NodeEntry } from "@hashmere/dht";

/** Nodes of which a lookup remembers who had named them. */
const MAX_REMEMBERED_NODES = 512;

const STEPS = { asked: "asked", answered: "answered", refused: "timeout", silent: "timeout" } as const;

/** Turns the hops of a node into the steps of one lookup, with who named whom. */
export class ShownLookup {
  readonly name: string;
  readonly key: InfoHash;
  /** By address: the id under which somebody is known, and who had named it. */
  readonly #known = new Map<string, { readonly id: string; readonly from?: string }>();

  /** @param peers whom the node knew before */
  constructor(name: string, key: InfoHash, peers: readonly NodeEntry[] = []) {
    this.name = name;
    this.key = key;
    for (const { id, address } of peers) this.#known.set(`${address}`, { id: `${id}` });
  }

  /** Undefined for hops that belong to something else. @param at Unix ms */
  steps(hop: LookupHop, at: number): readonly HopMessage[] {
    if (hop.question !== "get" && hop.question !== "find") return [];
    if (!hop.key.equals(this.key)) return [];
    const { event, nodes = [], values = 0 } = hop;
    const address = hop.address.toString();
    const known = this.#known.get(address);
    const to = hop.id?.toString() ?? known?.id;
    const from = known?.from;
    const step = {
      ...this.#step(STEPS[event], at),
      address,
      ...(to !== undefined && { to }),
      ...(from !== undefined && { from }),
    };
    if (event !== "answered" || to === undefined) return [step];
    for (const node of nodes) {
      const place = node.address.toString();
      if (this.#known.has(place) || this.#known.size >= MAX_REMEMBERED_NODES) continue;
      this.#known.set(place, { id: node.id.toString(), from: to });
    }
    const answered = { ...step, count: nodes.length };
    return values > 0 ? [answered, { ...step, step: "found", count: values }] : [answered];
  }

  end(at: number): HopMessage {
    return this.#step("done", at);
  }

  #step(step: HopMessage["step"], at: number): HopMessage {
    return { kind: "hop", lookup: this.name, key: this.key.toString(), step, at };
  }
}
