import type { MessageTally, TrafficMessage } from "@hashmere/dashboard";
import type { WatchedNode } from "./watched-node.ts";

type Counts = ReturnType<WatchedNode["getTraffic"]>["received"];

/** Counts what a node receives and sends from one reading to the next. */
export class TrafficMeter {
  readonly #node: WatchedNode;
  readonly #stop: () => void;
  #received: Counts;
  #sent: Counts;
  #bytesIn = 0;
  #bytesOut = 0;

  constructor(node: WatchedNode) {
    this.#node = node;
    const { received, sent } = node.getTraffic();
    this.#received = { ...received };
    this.#sent = { ...sent };
    this.#stop = node.observe({
      onReceived: ({ length }) => {
        this.#bytesIn += length;
      },
      onSent: ({ length }) => {
        this.#bytesOut += length;
      },
    });
  }

  /** What has come and gone since it was last read. */
  read(at: number): TrafficMessage {
    const { received, sent } = this.#node.getTraffic();
    const message: TrafficMessage = {
      kind: "traffic",
      at,
      in: difference(received, this.#received),
      out: difference(sent, this.#sent),
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
    };
    this.#received = { ...received };
    this.#sent = { ...sent };
    this.#bytesIn = 0;
    this.#bytesOut = 0;
    return message;
  }

  close(): void {
    this.#stop();
  }
}

function difference(now: Counts, before: Counts): MessageTally {
  const kinds = Object.keys(now) as (keyof Counts)[]; // an object literal with exactly these members
  const tally: Record<string, number> = {};
  for (const kind of kinds) {
    const count = now[kind] - before[kind];
    // Both forms of an update tell the same.
    const shown = kind === "legacyUpdate" ? "update" : kind;
    if (count > 0) tally[shown] = (tally[shown] ?? 0) + count;
  }
  return tally;
}
