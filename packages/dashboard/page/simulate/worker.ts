import type { Command, Deed, Report } from "./protocol.ts";
import { DEFAULT_SPEED, DEFAULTS } from "./settings.ts";
import { Simulation } from "./simulation.ts";

/** One picture every so often, ms. */
const FRAME_MS = 40;
/** So long the computing for one picture may take, ms: the rest of the time belongs to others. */
const BUDGET_MS = 30;
/** Virtual time is computed in pieces, ms: after each, a look at the clock. */
const PIECE_MS = 500;
/** A lookup that somebody watches takes long enough to be watched, while it waits for nobody. */
const WATCHING_SPEED = 0.25;
const WAITING_SPEED = 10;
/** Who hasn't answered for so long is taken for one to be waited for, virtual ms. */
const WAITING_MS = 200;
/** A row of figures for every so much time on the wall, ms. */
const SAMPLE_EVERY_MS = 250;
const MIN_SAMPLE_MS = 1000;
/** By then newcomers know their neighbours, virtual ms. */
const SETTLED_MS = 60_000;

const simulation = new Simulation(DEFAULTS);
let speed = DEFAULT_SPEED;
let told = 0;
let hasValues = false;

const DEEDS: Readonly<Record<Deed, () => void>> = {
  put: () => simulation.putValues(),
  stopWriters: () => simulation.stopWriters(),
  kill: () => simulation.killThird(),
  revive: () => simulation.revive(),
  split: () => simulation.split(),
  heal: () => simulation.heal(),
  lookUp: () => simulation.lookUp(),
};

addEventListener("message", ({ data: command }: MessageEvent<Command>) => {
  switch (command.type) {
    case "settings":
      simulation.settings = command.settings;
      return;
    case "speed":
      speed = command.speed;
      return;
    case "deed":
      DEEDS[command.deed]();
  }
});

void run();

async function run(): Promise<never> {
  for (;;) {
    const startedAt = performance.now();
    const passed = await pass(Math.min(speed, mostWatchable()) * FRAME_MS, startedAt + BUDGET_MS);
    simulation.sampleMs = Math.max(MIN_SAMPLE_MS, speed * SAMPLE_EVERY_MS);
    if (!hasValues && simulation.isComplete && simulation.now >= SETTLED_MS) {
      hasValues = true;
      simulation.putValues();
    }
    report(passed / FRAME_MS);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, startedAt + FRAME_MS - performance.now())));
  }
}

/** How fast time may pass for what is watched now. */
function mostWatchable(): number {
  if (!simulation.isLookingUp) return Number.POSITIVE_INFINITY;
  return simulation.sinceLastHop < WAITING_MS ? WATCHING_SPEED : WAITING_SPEED;
}

/** Lets so much virtual time pass, or as much as can be computed in time. Returns how much that was. */
async function pass(milliseconds: number, deadline: number): Promise<number> {
  const startedAt = simulation.now;
  const end = startedAt + milliseconds;
  while (simulation.now < end && performance.now() < deadline) {
    await simulation.advance(Math.min(PIECE_MS, end - simulation.now));
  }
  return simulation.now - startedAt;
}

function report(reached: number): void {
  const { ids } = simulation;
  if (ids.length > told) tell({ type: "nodes", ids: ids.slice(told) });
  told = ids.length;
  tell({ type: "frame", frame: simulation.takeFrame(), speed: reached });
}

function tell(report: Report): void {
  postMessage(report);
}
