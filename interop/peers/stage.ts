import { randomInt } from "node:crypto";
import { startPeer } from "./cast.ts";
import { endpointOf, type InteropPeer, LOOPBACK_4, type PeerKind, type PeerOptions } from "./interop-peer.ts";

const PART = process.env.INTEROP_OURS ?? "hashmere";
if (PART !== "hashmere" && PART !== "dhtnode" && PART !== "python") {
  throw new Error(`INTEROP_OURS is "${PART}": it names the program that plays our part: hashmere, dhtnode or python`);
}

/** The program that plays our part. Another one shows whether a scenario asks for more than real nodes do. */
export const OURS: PeerKind = PART;

/** Who meets whom, first the one that runs first. */
export const MIXED_PAIRS: readonly (readonly [PeerKind, PeerKind])[] = [
  [OURS, "dhtnode"],
  ["dhtnode", OURS],
  [OURS, "python"],
  ["python", OURS],
];

/** The pairs in which both can choose a value's id and type. */
export const PAIRS_WITH_IDS: readonly (readonly [PeerKind, PeerKind])[] = [
  [OURS, "python"],
  ["python", OURS],
];

/** How long a state that builds up by itself (a routing table, a replica) may take. */
export const POLL = { timeout: 90_000, interval: 200 } as const;

/** The nodes of one scenario, on a network of their own. The end of the scenario ends them. */
export class Stage implements AsyncDisposable {
  readonly network = randomInt(1, 2 ** 31);
  readonly #resources = new AsyncDisposableStack();

  async start(kind: PeerKind, options: PeerOptions = {}): Promise<InteropPeer> {
    return this.use(await startPeer(kind, { network: this.network, ...options }));
  }

  /** The standard pair: the second joins through the first. */
  async pair(
    first: PeerKind,
    second: PeerKind,
    options: PeerOptions = {},
    host = LOOPBACK_4,
  ): Promise<[InteropPeer, InteropPeer]> {
    const a = await this.start(first, options);
    const b = await this.start(second, { ...options, bootstrap: endpointOf(a, host) });
    return [a, b];
  }

  use<T extends AsyncDisposable>(resource: T): T {
    return this.#resources.use(resource);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#resources.disposeAsync();
  }
}
