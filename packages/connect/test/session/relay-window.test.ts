// A relay in virtual time that holds no more than coturn does before it stands still; what comes beyond never arrives.
import { once } from "node:events";
import { Duplex } from "node:stream";
import { describe, expect, test } from "vitest";
import type { Scheduler } from "../../../dht/src/scheduler/index.ts";
import {
  RELAY_PACE_MS,
  RELAY_SILENCE_MS,
  RELAY_STEP_BYTES,
  RELAY_WINDOW_BYTES,
  RelayWindow,
} from "../../src/session/relay-window.ts";
import { settle, VirtualTime } from "../support/virtual-time.ts";

/** What coturn takes while the other side takes nothing: 80 KiB in its socket and 64 KiB above. */
const RELAY_HOLDS_BYTES = 144 * 1024;

const BYTES = 3_000_000;

interface RelayOptions {
  readonly delayMs?: number;
  /** Bytes per ms that leave the relay, by the time; 0 while the line stands still. */
  readonly rate?: (now: number) => number;
  /** Which questions are answered, by their number. */
  readonly answers?: (question: number) => boolean;
}

/** Our end of a connection through a relay, with all that it leads through and the other side, which answers. */
class RelayedEnd extends Duplex {
  readonly arrived: Uint8Array[] = [];
  arrivedBytes = 0;
  /** On the way. */
  inFlight = 0;
  mostInFlight = 0;
  lostBytes = 0;
  questions = 0;
  readonly #scheduler: Scheduler;
  readonly #options: Required<RelayOptions>;
  readonly #queue: { readonly bytes: Uint8Array; readonly arrive: () => void }[] = [];
  #heldBytes = 0;

  constructor(scheduler: Scheduler, options: RelayOptions = {}) {
    super();
    this.#scheduler = scheduler;
    this.#options = { delayMs: 10, rate: () => 2000, answers: () => true, ...options };
  }

  override _read(): void {}

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, callback: () => void): void {
    this.inFlight += chunk.length;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    this.#toRelay(Uint8Array.from(chunk), () => {
      this.arrived.push(chunk);
      this.arrivedBytes += chunk.length;
      this.inFlight -= chunk.length;
    });
    callback();
  }

  ask(answered: () => void): void {
    const question = this.questions++;
    this.#toRelay(new Uint8Array(100), () => {
      if (this.#options.answers(question)) this.#after(2 * this.#options.delayMs, answered);
    });
  }

  #toRelay(bytes: Uint8Array, arrive: () => void): void {
    this.#after(this.#options.delayMs, () => {
      if (this.#heldBytes + bytes.length > RELAY_HOLDS_BYTES) {
        this.lostBytes += bytes.length;
        return;
      }
      this.#heldBytes += bytes.length;
      this.#queue.push({ bytes, arrive });
      if (this.#queue.length === 1) this.#passOn();
    });
  }

  #passOn(): void {
    const next = this.#queue[0];
    if (next === undefined) return;
    const rate = this.#options.rate(this.#scheduler.now());
    if (rate === 0) {
      this.#after(10, () => this.#passOn());
      return;
    }
    this.#after(next.bytes.length / rate, () => {
      this.#queue.shift();
      this.#heldBytes -= next.bytes.length;
      this.#after(this.#options.delayMs, next.arrive);
      this.#passOn();
    });
  }

  #after(ms: number, task: () => void): void {
    this.#scheduler.at(this.#scheduler.now() + ms, task);
  }
}

function rig(options?: RelayOptions) {
  const time = new VirtualTime();
  const end = new RelayedEnd(time, options);
  const stream = new RelayWindow(end, { scheduler: time, ask: (answered) => end.ask(answered) });
  return { time, end, stream };
}

const DATA = Buffer.alloc(BYTES);
for (let i = 0; i < BYTES; i++) DATA[i] = i * 7 + (i >>> 8) + (i >>> 16);

/** Writes everything at once and waits until it has been taken, then until it has come through. */
async function sendAll({ time, end, stream }: ReturnType<typeof rig>): Promise<void> {
  const taken = Promise.withResolvers<void>();
  stream.write(DATA, () => taken.resolve());
  await time.until(taken.promise);
  await time.run(20_000);
  expect(end.lostBytes).toBe(0);
  expect(Buffer.concat(end.arrived).equals(DATA)).toBe(true);
}

describe("all that is written at once goes through a relay that must not be given more than it holds", () => {
  const LINES: Readonly<Record<string, RelayOptions>> = {
    "on a fast line": { delayMs: 0.1, rate: () => 50_000 },
    "on a long line": { delayMs: 80 },
    "on a slow line": { delayMs: 20, rate: () => 100 },
    "on a line that becomes slower and faster": { rate: (now) => [5000, 100, 1000][Math.floor(now / 200) % 3] ?? 0 },
    "on a line that stands still now and then": { rate: (now) => (now % 500 < 200 ? 0 : 3000) },
  };
  for (const [name, options] of Object.entries(LINES)) {
    test(name, async () => {
      const path = rig(options);
      await sendAll(path);
      expect(path.end.mostInFlight).toBeLessThanOrEqual(RELAY_WINDOW_BYTES);
    });
  }

  test("but not without a window", async () => {
    const { time, end } = rig();
    end.write(DATA);
    await time.run(20_000);
    expect(end.lostBytes).toBeGreaterThan(0);
  });
});

describe("a window", () => {
  test("is used in full: on a long line, nearly all of it arrives in each round trip", async () => {
    const { time, end, stream } = rig({ delayMs: 40, rate: () => 10_000 });
    stream.write(DATA);
    await time.run(1600);
    const roundTrips = 1600 / 160;
    expect(end.arrivedBytes).toBeGreaterThan((roundTrips - 2) * (RELAY_WINDOW_BYTES - 2 * RELAY_STEP_BYTES));
  });

  test("makes its writer wait while it is full", async () => {
    const { time, end, stream } = rig({ rate: () => 0 });
    let isTaken = false;
    stream.write(DATA, () => {
      isTaken = true;
    });
    await time.run(1000);
    expect(end.inFlight).toBe(RELAY_WINDOW_BYTES);
    expect([isTaken, stream.writableNeedDrain]).toEqual([false, true]);
  });

  test("asks after each step, and not when little is written", async () => {
    const { time, end, stream } = rig();
    stream.write(Buffer.alloc(RELAY_STEP_BYTES - 1));
    await time.run(100);
    expect(end.questions).toBe(0);
    stream.write(Buffer.alloc(1));
    await time.run(100);
    expect(end.questions).toBe(1);
  });

  test("gets over answers that are lost: the next one tells of all before", async () => {
    const path = rig({ answers: (question) => question % 5 === 4 });
    await sendAll(path);
    expect(path.end.mostInFlight).toBeLessThanOrEqual(RELAY_WINDOW_BYTES);
  });

  test("goes on at once when answers come again after all of a window were lost", async () => {
    const lost = RELAY_WINDOW_BYTES / RELAY_STEP_BYTES;
    const { time, end, stream } = rig({ answers: (question) => question >= lost });
    stream.write(DATA);
    await time.run(RELAY_SILENCE_MS + 1000);
    expect(end.arrivedBytes).toBeGreaterThan(8 * RELAY_WINDOW_BYTES);
  });

  test("is paced where nobody answers, and never stands still", async () => {
    const { time, end, stream } = rig({ answers: () => false });
    stream.write(DATA);
    await time.run(RELAY_SILENCE_MS - 1);
    expect(end.arrivedBytes).toBe(RELAY_WINDOW_BYTES);
    await time.run(10 * RELAY_PACE_MS);
    expect(end.arrivedBytes).toBe(RELAY_WINDOW_BYTES + 10 * RELAY_STEP_BYTES);
  });

  test("lets what comes in pass, no faster than it is read", async () => {
    const { end, stream } = rig();
    let pushed = 0;
    while (end.push(Buffer.alloc(1000)) && pushed < 1000) pushed++;
    await settle();
    expect(end.isPaused()).toBe(true);
    stream.on("data", () => {});
    await settle();
    expect(end.isPaused()).toBe(false);
    expect(end.readableLength).toBe(0);
  });

  test("ends with the connection, after all has been read, and breaks with it", async () => {
    const ending = rig();
    ending.end.push("last words");
    ending.end.push(null);
    expect(Buffer.concat(await ending.stream.toArray()).toString()).toBe("last words");

    const breaking = rig();
    const broken = new Error("the connection broke");
    breaking.end.destroy(broken);
    const [error] = await once(breaking.stream, "error");
    expect(error).toBe(broken);
  });

  test("that is destroyed leaves no timer, and closes the connection", async () => {
    const { time, end, stream } = rig({ answers: () => false });
    stream.write(DATA);
    await time.run(100);
    stream.destroy();
    await time.run(10);
    expect(end.destroyed).toBe(true);
    const { questions } = end;
    await time.run(60_000);
    expect(end.questions).toBe(questions);
  });

  test("ends the connection when everything has left", async () => {
    const { time, end, stream } = rig();
    const finished = once(end, "finish");
    stream.end(DATA);
    await time.until(finished);
    await time.run(1000);
    expect(end.arrivedBytes).toBe(BYTES);
  });
});
