import type { InfoHash } from "../id/index.ts";
import { type Logger, type LogLevel, silentLogger } from "../log/index.ts";

/** A logger whose target and filter may change while the node runs. */
export class SwitchableLogger implements Logger {
  #target: Logger;
  #filter: string | undefined;

  constructor(target: Logger = silentLogger) {
    this.#target = target;
  }

  setTarget(target: Logger = silentLogger): void {
    this.#target = target;
  }

  /** Only messages that name this id are passed on; undefined or the zero hash: all. */
  setFilter(id: InfoHash | undefined): void {
    this.#filter = id && !id.isZero() ? id.toString() : undefined;
  }

  isEnabled(level: LogLevel): boolean {
    return this.#target.isEnabled(level);
  }

  log(level: LogLevel, message: string): void {
    if (this.#filter === undefined || message.includes(this.#filter)) this.#target.log(level, message);
  }
}
