import type { ProxyProcess } from "./proxy-process.ts";

/** How much memory a proxy had, and after which time ("0:10"). */
export interface MemoryPoint {
  readonly after: string;
  readonly mib: number;
}

/** A short run is looked at six times, a long one as often as that. */
const LONGEST_PERIOD_S = 60;

/** Looks at a proxy's memory at regular times, and at the end. */
export class MemoryCurve {
  readonly points: MemoryPoint[] = [];
  readonly #proxy: ProxyProcess;
  readonly #timer: NodeJS.Timeout;
  #passedS = 0;

  constructor(proxy: ProxyProcess, seconds: number) {
    const periodS = Math.min(seconds / 6, LONGEST_PERIOD_S);
    this.#proxy = proxy;
    this.#timer = setInterval(() => {
      this.#passedS += periodS;
      void this.#look(formatTime(this.#passedS));
    }, periodS * 1000);
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#look("the end");
  }

  async #look(after: string): Promise<void> {
    this.points.push({ after, mib: await this.#proxy.residentMiB() });
  }
}

function formatTime(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, "0")}`;
}
