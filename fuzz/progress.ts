/** One line that tells how far a run is and how its memory does, rewritten on a terminal, repeated elsewhere. */
export class Progress {
  readonly #name: string;
  readonly #count: number;
  readonly #startedAt = performance.now();
  readonly #heaps: number[] = [];

  constructor(name: string, count: number) {
    this.#name = name;
    this.#count = count;
  }

  /** @param heap bytes in use after a collection */
  show(done: number, heap: number): void {
    this.#heaps.push(heap);
    const seconds = this.#seconds;
    const left = (seconds / done) * (this.#count - done);
    const line = `${this.#name}: ${done} of ${this.#count}, ${Math.round(done / seconds)}/s, heap ${mib(heap)}, ${left.toFixed(0)} s left`;
    if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${line}`);
    else console.log(line);
  }

  /** @throws when the heap has grown by more than that since the first chunk */
  end(maxGrowth: number): void {
    const first = this.#heaps[0] ?? 0;
    const last = this.#heaps.at(-1) ?? first;
    if (process.stdout.isTTY) process.stdout.write("\n");
    console.log(
      `${this.#name}: ${this.#count} in ${this.#seconds.toFixed(0)} s; heap ${mib(first)} after the first chunk, ` +
        `${mib(last)} after the last, ${mib(Math.max(...this.#heaps))} at most`,
    );
    if (last - first > maxGrowth) throw new Error(`the heap has grown by ${mib(last - first)}`);
  }

  get #seconds(): number {
    return (performance.now() - this.#startedAt) / 1000;
  }
}

function mib(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
