import type { Operation } from "../node/index.ts";
import type { Value } from "../value/index.ts";
import type { Drive } from "./drive.ts";

/** A value appeared, or (`expired`) nobody has it any more. */
export interface ListenEvent {
  readonly value: Value;
  readonly expired: boolean;
  /** Virtual ms since the network began. */
  readonly time: number;
}

/** What a listening test node has heard so far. */
export class TestListener {
  /** Everything, in the order in which it came. */
  readonly events: ListenEvent[] = [];
  readonly #drive: Drive;
  #operation: Operation | undefined;
  #wake: () => void = () => {};

  constructor(drive: Drive, begin: (onValues: (values: readonly Value[], expired: boolean) => void) => Operation) {
    this.#drive = drive;
    this.#operation = begin((values, expired) => this.#hear(values, expired));
  }

  /** Values that appeared and have not expired since. */
  get values(): Value[] {
    const present = new Map<string, Value>();
    for (const { value, expired } of this.events) {
      const identity = `${value.id} ${value}`;
      if (expired) present.delete(identity);
      else present.set(identity, value);
    }
    return [...present.values()];
  }

  /** Runs virtual time until there are at least `count` events in all. */
  heard(count: number): Promise<readonly ListenEvent[]> {
    return this.#drive.until(`listening for ${count} events`, (settle) => {
      this.#wake = () => {
        if (this.events.length >= count) settle(this.events);
      };
      this.#wake();
    });
  }

  cancel(): void {
    this.#operation?.cancel();
    this.#operation = undefined;
  }

  #hear(values: readonly Value[], expired: boolean): void {
    for (const value of values) this.events.push({ value, expired, time: this.#drive.now });
    this.#wake();
  }
}
