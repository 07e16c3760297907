import type { Address } from "../address/index.ts";
import type { NodeId } from "../id/index.ts";
import type { Rpc } from "../rpc/index.ts";

/** The method beyond the network's five that this node understands; see the wire's `replicate`. */
export const EXTENSIONS: readonly string[] = ["replicate"];

/** Nodes whose dialect is remembered; the one learned first is forgotten. */
export const MAX_DIALECTS = 16_384;

/**
 * Who speaks more than the network's five methods. A node is asked once, with a `hello` that is not repeated; silence
 * means that it is of another make. Who uses an extension towards us speaks it, whatever was thought before.
 */
export class Dialects {
  readonly #ownId: NodeId;
  readonly #rpc: Rpc;
  readonly #speaksReplicate = new Map<string, boolean | Promise<boolean>>();

  constructor(ownId: NodeId, rpc: Rpc) {
    this.#ownId = ownId;
    this.#rpc = rpc;
  }

  /** It used an extension. */
  learned(address: Address): void {
    this.#remember(address, true);
  }

  speaksReplicate(address: Address): boolean | Promise<boolean> {
    return this.#speaksReplicate.get(address.text) ?? this.#remember(address, this.#sayHello(address));
  }

  async #sayHello(address: Address): Promise<boolean> {
    const answer = await this.#rpc.ask({ method: "hello", sender: this.#ownId }, address, 1);
    const speaks = answer?.kind === "extensions" && answer.methods.includes("replicate");
    // It may have used an extension while its answer was lost.
    if (this.#speaksReplicate.get(address.text) === true) return true;
    this.#remember(address, speaks);
    return speaks;
  }

  #remember<T extends boolean | Promise<boolean>>(address: Address, speaks: T): T {
    this.#speaksReplicate.set(address.text, speaks);
    if (this.#speaksReplicate.size > MAX_DIALECTS) {
      for (const oldest of this.#speaksReplicate.keys()) {
        this.#speaksReplicate.delete(oldest);
        break;
      }
    }
    return speaks;
  }
}
