import { pointAt } from "./geometry.ts";
import type { Frame, Measures } from "./painter.ts";

const FONT = '"Atkinson Hyperlegible Next Variable", system-ui, sans-serif';
/** From one line to the next, as a share of the letters' size. */
const LINE = 1.3;
/** About the width of a label, as a share of the letters' size: two that are nearer would lie on each other. */
const WIDTH = 9;

export interface Label {
  readonly turn: number;
  readonly text: string;
  readonly colour: string;
  /** Where another label stands, which this one keeps clear of. */
  readonly besides?: number | undefined;
}

export function paintLabel({ turn, text, colour, besides }: Label, frame: Frame, measures: Measures): void {
  const { context, palette, size } = frame;
  const { x, y } = labelPlace(turn, size, measures, besides);
  context.font = `600 ${letterSize(size)}px ${FONT}`;
  context.textAlign = x > size * 0.12 ? "right" : x < -size * 0.12 ? "left" : "center";
  context.textBaseline = y > 0 ? "bottom" : "top";
  context.lineJoin = "round";
  context.lineWidth = 4;
  context.strokeStyle = palette["water-shallow"];
  context.strokeText(text, x, y);
  context.fillStyle = colour;
  context.fillText(text, x, y);
}

/** Towards the middle, where there is room, and a line nearer to it than another label that is in the way. */
export function labelPlace(
  turn: number,
  size: number,
  { rim, band }: Pick<Measures, "rim" | "band">,
  besides?: number,
): { readonly x: number; readonly y: number } {
  const radius = rim - band * 1.1 - 10;
  const own = pointAt(turn, radius);
  if (besides === undefined) return own;
  const other = pointAt(besides, radius);
  const letters = letterSize(size);
  const isInTheWay = Math.abs(own.x - other.x) < WIDTH * letters && Math.abs(own.y - other.y) < LINE * letters;
  return isInTheWay ? { x: own.x, y: other.y + (other.y > 0 ? -LINE : LINE) * letters } : own;
}

function letterSize(size: number): number {
  return Math.round(Math.max(12, size / 46));
}
