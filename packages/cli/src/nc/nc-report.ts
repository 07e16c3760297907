import type { PkId } from "@hashmere/dht";
import type { Output } from "../output/output.ts";

/** What a server tells about its peers: a line for people on stderr, or an object for programs. */
export type NcEvent = "refused" | "declined" | "connected" | "closed" | "failed";

export class NcReport {
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  event(event: NcEvent, device: PkId, what: string): void {
    if (this.#output.isJson) this.#output.json({ event, device: `${device}`, what });
    else this.#output.chatter(`${device} ${event}: ${what}`);
  }
}
