import { batch, signal } from "@preact/signals";
import { turnOf } from "../ring/geometry.ts";
import { type DotLook, type PathLook, RingScene } from "../ring/scene.ts";
import { type Frame, NodeState, type Sample, type SimulatedHop } from "./frame.ts";
import type { Command, Deed, Report } from "./protocol.ts";
import { DEFAULT_SPEED, DEFAULTS, type Settings } from "./settings.ts";
import type { Scene } from "./story.ts";

/** Rows of figures on the plots. */
const MAX_SAMPLES = 240;
const FLOW_STAYS_MS = 700;
const HOP_STAYS_MS = 12_000;
const LIVELY_FLOWS = 12;

/** A simulation in a worker, as the page sees it. */
export class SimulationModel {
  readonly scene = new RingScene();
  readonly settings = signal<Settings>(DEFAULTS);
  readonly speed = signal<number>(DEFAULT_SPEED);
  readonly isRunning = signal(true);
  /** How fast time really passes: less than asked for where the computer is too slow. */
  readonly reached = signal(0);
  readonly frame = signal<Frame | undefined>(undefined);
  readonly samples = signal<readonly Sample[]>([]);
  /** The worker has failed: what is seen stays as it is. */
  readonly isBroken = signal(false);
  readonly story = signal<Scene>({ deed: "start", before: undefined });
  readonly #worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  readonly #ids: string[] = [];
  readonly #closed = new AbortController();
  /** Page time when the lookup that was shown last has faded away, ms. */
  #hopsEndAt = 0;

  constructor() {
    const { signal: closed } = this.#closed;
    const onReport = ({ data }: MessageEvent<Report>) => batch(() => this.#take(data));
    this.#worker.addEventListener("message", onReport, { signal: closed });
    this.#worker.addEventListener("error", () => (this.isBroken.value = true), { signal: closed });
    // Nobody watches: the computer may rest.
    document.addEventListener("visibilitychange", () => this.#sendSpeed(), { signal: closed });
  }

  /** Ends it for good. */
  close(): void {
    this.#closed.abort();
    this.#worker.terminate();
  }

  set(change: Partial<Settings>): void {
    if (this.frame.value?.values.length) this.story.value = { deed: "turn", before: this.frame.value };
    this.settings.value = { ...this.settings.value, ...change };
    this.#send({ type: "settings", settings: this.settings.value });
  }

  setSpeed(speed: number): void {
    this.speed.value = speed;
    this.#sendSpeed();
  }

  pause(isPaused: boolean): void {
    this.isRunning.value = !isPaused;
    this.#sendSpeed();
  }

  do(deed: Deed): void {
    this.story.value = { deed, before: this.frame.value };
    if (!this.isRunning.value) this.pause(false);
    this.#send({ type: "deed", deed });
  }

  #sendSpeed(): void {
    const isSeen = document.visibilityState === "visible";
    this.#send({ type: "speed", speed: this.isRunning.value && isSeen ? this.speed.value : 0 });
  }

  #send(command: Command): void {
    this.#worker.postMessage(command);
  }

  #take(report: Report): void {
    if (report.type === "nodes") {
      this.#ids.push(...report.ids);
      return;
    }
    const { frame } = report;
    this.reached.value = report.speed;
    this.frame.value = frame;
    if (frame.samples.length > 0) this.samples.value = [...this.samples.value, ...frame.samples].slice(-MAX_SAMPLES);
    this.#draw(frame);
  }

  #draw(frame: Frame): void {
    const now = performance.now();
    const { scene } = this;
    frame.states.forEach((state, index) => {
      const id = this.#ids[index];
      const look = LOOKS[state];
      if (id === undefined) return;
      if (look === undefined) scene.dots.delete(id);
      else scene.place(id, look);
    });
    scene.isSplit = frame.isSplit;
    scene.activity = Math.min(1, frame.flows.length / 3 / LIVELY_FLOWS) * 0.6;
    if (!frame.isLookingUp) this.#drawFlows(frame.flows, now);
    for (const hop of frame.hops) this.#drawHop(hop, now);
    if (now > this.#hopsEndAt) scene.self = scene.target = undefined;
  }

  #drawFlows(flows: Uint16Array, now: number): void {
    for (let i = 0; i + 2 < flows.length; i += 3) {
      const from = this.#dot(flows[i]);
      const to = this.#dot(flows[i + 1]);
      if (from === undefined || to === undefined) continue;
      from.pulsedAt = now;
      const look = flows[i + 2] === 1 ? "lost" : "message";
      this.scene.addPath({ from: from.turn, to: to.turn, look, startedAt: now, endsAt: now + FLOW_STAYS_MS });
    }
  }

  #drawHop({ step, key, from, to }: SimulatedHop, now: number): void {
    const { scene } = this;
    this.#hopsEndAt = now + HOP_STAYS_MS;
    const [start, end] = [this.#dot(from), this.#dot(to)];
    if (start === undefined || end === undefined) return;
    if (step === "began") {
      scene.paths.length = 0;
      scene.self = { turn: start.turn, text: "asks" };
      scene.target = { turn: turnOf(key), text: "the key" };
      return;
    }
    end.pulsedAt = now;
    if (step === "asked") {
      scene.addPath({ from: start.turn, to: end.turn, look: "asked", startedAt: now, endsAt: this.#hopsEndAt });
      return;
    }
    const asked = scene.paths.findLast((path) => path.to === end.turn && path.look === "asked");
    if (asked !== undefined) asked.look = ANSWERS[step];
  }

  #dot(index: number | undefined) {
    return this.scene.dots.get(this.#ids[index ?? -1] ?? "");
  }
}

const LOOKS: Readonly<Record<number, DotLook>> = {
  [NodeState.down]: "gone",
  [NodeState.up]: "good",
  [NodeState.holder]: "holder",
};

const ANSWERS: Readonly<Record<"answered" | "found" | "timeout", PathLook>> = {
  answered: "answered",
  found: "found",
  timeout: "silent",
};
