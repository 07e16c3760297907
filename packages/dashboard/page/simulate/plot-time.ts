import type { Sample } from "./frame.ts";

/** Of the plots below a simulation. */
export const PLOT_HEIGHT_PX = 180;

const MINUTE_MS = 60_000;

/** Virtual minutes. */
export function timesOf(samples: readonly Sample[]): number[] {
  return samples.map(({ at }) => at / MINUTE_MS);
}

export function timeText(minutes: number): string {
  return `${minutes} min`;
}
