import type { TrafficMessage } from "../../src/messages.ts";
import { countKinds, type KindCounts, TRAFFIC_KINDS, type TrafficKind } from "./kinds.ts";

/** The last seconds of traffic, oldest first. */
export class TrafficWindow {
  readonly seconds: number;
  /** Unix seconds. */
  readonly times: number[] = [];
  readonly received: Readonly<Record<TrafficKind, number[]>> = emptyColumns();
  readonly sent: Readonly<Record<TrafficKind, number[]>> = emptyColumns();

  /** @param seconds how many to remember */
  constructor(seconds: number) {
    this.seconds = seconds;
  }

  add(message: TrafficMessage): void {
    this.#push(this.times, message.at / 1000);
    this.#pushAll(this.received, countKinds(message.in));
    this.#pushAll(this.sent, countKinds(message.out));
  }

  /** How many messages went through in the last second, both ways. */
  get latest(): number {
    let total = 0;
    for (const kind of TRAFFIC_KINDS) total += (this.received[kind].at(-1) ?? 0) + (this.sent[kind].at(-1) ?? 0);
    return total;
  }

  /** Messages of a kind over the whole window, both ways. */
  total(kind: TrafficKind): number {
    const sum = (column: readonly number[]) => column.reduce((total, count) => total + count, 0);
    return sum(this.received[kind]) + sum(this.sent[kind]);
  }

  #pushAll(columns: Readonly<Record<TrafficKind, number[]>>, counts: KindCounts): void {
    for (const kind of TRAFFIC_KINDS) this.#push(columns[kind], counts[kind]);
  }

  #push(column: number[], entry: number): void {
    column.push(entry);
    if (column.length > this.seconds) column.shift();
  }
}

function emptyColumns(): Record<TrafficKind, number[]> {
  return { find: [], get: [], put: [], listen: [], ping: [], reply: [], error: [] };
}
