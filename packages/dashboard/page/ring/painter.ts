import { alongCurve, angleOf, bendBetween, pointAt } from "./geometry.ts";
import { paintLabel } from "./label.ts";
import type { Palette } from "./palette.ts";
import type { Dot, Mark, Path, Place, RingScene } from "./scene.ts";

/** How long a line takes from one end to the other. */
const TRAVEL_MS = 420;
/** How long it takes to fade away. */
const FADE_MS = 900;
/** How long a node glows after a message. */
const PULSE_MS = 900;
const BREATH_MS = 5200;
const FULL_TURN = 2 * Math.PI;

/** What a frame is painted with. */
export interface Frame {
  readonly context: CanvasRenderingContext2D;
  /** Width and height, CSS pixels. */
  readonly size: number;
  readonly palette: Palette;
  /** Page time, ms. */
  readonly now: number;
  /** Nothing moves: lines appear at once, nothing glows. */
  readonly isStill: boolean;
  /** Whose name is asked for. */
  readonly pointed?: Dot | undefined;
}

/** The measures of a ring, CSS pixels. */
export interface Measures {
  readonly rim: number;
  readonly band: number;
  readonly dot: number;
}

export function measuresOf(size: number, dotCount: number): Measures {
  return {
    rim: size / 2 - Math.max(26, size * 0.075),
    band: Math.max(6, Math.min(22, size * 0.03)),
    dot: Math.max(1.9, Math.min(size / 105, (size / 70) * Math.sqrt(24 / Math.max(24, dotCount)))),
  };
}

/** Distance of a node from the middle. */
export function radiusOf(place: Place, { rim, band }: Measures, dotCount: number): number {
  return rim + (dotCount > 16 ? (place.offset - 0.5) * band : 0);
}

export function paintRing(scene: RingScene, frame: Frame): void {
  const { context, size } = frame;
  const measures = measuresOf(size, scene.dots.size);
  context.clearRect(0, 0, size, size);
  context.save();
  context.translate(size / 2, size / 2);
  paintWater(scene, frame, measures);
  paintBuckets(scene, frame, measures);
  if (scene.isSplit) paintRift(frame, measures);
  for (const path of scene.paths) paintPath(path, frame, measures);
  for (const dot of scene.dots.values()) paintDot(dot, scene.dots.size, frame, measures);
  for (const place of scene.listeners) paintListener(place, scene.dots.size, frame, measures);
  if (scene.self !== undefined) paintSelf(scene.self, frame, measures);
  if (scene.target !== undefined) paintTarget(scene.target, scene.self?.turn, frame, measures);
  if (frame.pointed !== undefined) paintPointed(frame.pointed, scene.dots.size, frame, measures);
  context.restore();
}

function paintWater(scene: RingScene, { context, palette, now, isStill }: Frame, { rim, band }: Measures): void {
  const shore = rim - band;
  const water = context.createRadialGradient(0, 0, shore * 0.1, 0, 0, shore);
  water.addColorStop(0, palette["water-deep"]);
  water.addColorStop(1, palette["water-shallow"]);
  context.fillStyle = water;
  disc(context, 0, 0, shore);
  context.fill();

  const breath = isStill ? 0.5 : (Math.sin((now / BREATH_MS) * FULL_TURN) + 1) / 2;
  context.strokeStyle = palette.rim;
  context.lineWidth = 1;
  for (const [index, share] of [0.34, 0.58, 0.8].entries()) {
    context.globalAlpha = 0.1 + 0.1 * breath + 0.35 * scene.activity * (1 - index * 0.25);
    disc(context, 0, 0, shore * (share + (isStill ? 0 : 0.012 * Math.sin(now / 900 - index * 1.3))));
    context.stroke();
  }
  context.globalAlpha = 1;
}

function paintBuckets({ arcs }: RingScene, { context, palette }: Frame, { rim, band }: Measures): void {
  const radius = rim + band * 1.25;
  context.lineWidth = Math.max(3, band * 0.28);
  context.lineCap = "butt";
  context.strokeStyle = palette.rim;
  if (arcs.length === 0) {
    context.globalAlpha = 0.25;
    disc(context, 0, 0, radius);
    context.stroke();
  }
  const gap = Math.min(0.004, 2 / radius);
  for (const { from, to, bucket } of arcs) {
    const width = to - from;
    const inset = Math.min(gap, width / 6);
    context.globalAlpha = bucket === arcs.length - 1 ? 1 : 0.22 + 0.5 * (bucket / Math.max(1, arcs.length - 1));
    context.beginPath();
    context.arc(0, 0, radius, angleOf(from + inset), angleOf(to - inset));
    context.stroke();
  }
  context.globalAlpha = 1;
}

function paintRift({ context, palette }: Frame, { rim, band }: Measures): void {
  context.strokeStyle = palette.ember;
  context.setLineDash([2, 7]);
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(0, -rim - band * 2);
  context.lineTo(0, rim + band * 2);
  context.stroke();
  context.setLineDash([]);
}

function paintPath(path: Path, { context, palette, now, isStill }: Frame, { rim, band }: Measures): void {
  const age = now - path.startedAt;
  const fade = Math.min(1, Math.max(0, (path.endsAt - now) / FADE_MS));
  if (age < 0 || fade === 0) return;
  const shore = rim - band * 0.7;
  const start = pointAt(path.from, shore);
  const end = pointAt(path.to, shore);
  const bend = bendBetween(path.from, path.to, shore);
  const progress = isStill ? 1 : Math.min(1, age / TRAVEL_MS);
  const isStep = path.look !== "message" && path.look !== "lost";

  context.strokeStyle = colourOf(path, palette);
  context.lineWidth = isStep ? 2 : 1;
  context.globalAlpha = (isStep ? 0.85 : 0.34) * fade;
  if (path.look === "asked" || path.look === "silent") context.setLineDash([3, 5]);
  context.beginPath();
  context.moveTo(start.x, start.y);
  // The part of the curve up to `progress` is a curve itself.
  const middle = { x: start.x + (bend.x - start.x) * progress, y: start.y + (bend.y - start.y) * progress };
  const head = alongCurve(start, bend, end, progress);
  context.quadraticCurveTo(middle.x, middle.y, head.x, head.y);
  context.stroke();
  context.setLineDash([]);
  if (progress < 1 || isStep || path.look === "lost") {
    context.fillStyle = context.strokeStyle;
    context.globalAlpha = fade;
    disc(context, head.x, head.y, isStep ? 3.2 : 1.8);
    context.fill();
  }
  context.globalAlpha = 1;
}

function colourOf({ look }: Path, palette: Palette): string {
  switch (look) {
    case "message":
      return palette.rim;
    case "asked":
    case "answered":
      return palette.kingfisher;
    case "found":
      return palette.ember;
    case "silent":
    case "lost":
      return palette.amber;
  }
}

function paintDot(dot: Dot, dotCount: number, { context, palette, now, isStill }: Frame, measures: Measures): void {
  const { x, y } = pointAt(dot.turn, radiusOf(dot, measures, dotCount));
  const age = now - dot.pulsedAt;
  const glow = isStill || age < 0 ? 0 : Math.max(0, 1 - age / PULSE_MS);
  const radius = measures.dot * (1 + 0.25 * glow);
  const colour = dotColour(dot, palette);
  if (glow > 0) {
    context.fillStyle = colour;
    context.globalAlpha = 0.28 * glow;
    disc(context, x, y, radius * (1.4 + 2.2 * (1 - glow)));
    context.fill();
    context.globalAlpha = 1;
  }
  if (dot.look === "good" || dot.look === "holder") {
    context.fillStyle = colour;
    disc(context, x, y, dot.look === "holder" ? radius * 1.5 : radius);
    context.fill();
    return;
  }
  context.strokeStyle = colour;
  context.lineWidth = Math.max(1, radius * 0.5);
  if (dot.look === "gone") {
    cross(context, x, y, radius * 0.8);
  } else {
    context.fillStyle = palette.ground;
    disc(context, x, y, radius * 0.85);
    context.fill();
    context.stroke();
  }
}

function dotColour({ look }: Dot, palette: Palette): string {
  switch (look) {
    case "good":
      return palette.reed;
    case "incoming":
      return palette.kingfisher;
    case "dubious":
      return palette.amber;
    case "gone":
      return palette.stone;
    case "holder":
      return palette.ember;
  }
}

function paintListener(place: Place, dotCount: number, { context, palette }: Frame, measures: Measures): void {
  const { x, y } = pointAt(place.turn, radiusOf(place, measures, dotCount));
  context.strokeStyle = palette["kind-listen"];
  context.lineWidth = 1.5;
  disc(context, x, y, measures.dot * 1.8);
  context.stroke();
}

function paintSelf({ turn, text }: Mark, frame: Frame, measures: Measures): void {
  const { context, palette, now, isStill } = frame;
  const { x, y } = pointAt(turn, measures.rim);
  const breath = isStill ? 0.4 : (Math.sin((now / BREATH_MS) * FULL_TURN) + 1) / 2;
  const radius = Math.max(6, measures.dot * 1.7);
  context.fillStyle = palette.ink;
  context.globalAlpha = 0.14 * (1 - breath * 0.5);
  disc(context, x, y, radius * (1.7 + breath));
  context.fill();
  context.globalAlpha = 1;
  disc(context, x, y, radius);
  context.fill();
  context.fillStyle = palette.ground;
  disc(context, x, y, radius * 0.38);
  context.fill();
  paintLabel({ turn, text, colour: palette.ink }, frame, measures);
}

function paintTarget({ turn, text }: Mark, besides: number | undefined, frame: Frame, measures: Measures): void {
  const { context, palette } = frame;
  const { x, y } = pointAt(turn, measures.rim);
  context.save();
  context.translate(x, y);
  context.rotate(Math.PI / 4);
  const half = Math.max(5, measures.dot * 1.3);
  context.fillStyle = palette.ground;
  context.strokeStyle = palette.ember;
  context.lineWidth = 2.5;
  context.fillRect(-half, -half, half * 2, half * 2);
  context.strokeRect(-half, -half, half * 2, half * 2);
  context.restore();
  paintLabel({ turn, text, colour: palette.ember, besides }, frame, measures);
}

function paintPointed(dot: Dot, dotCount: number, frame: Frame, measures: Measures): void {
  const { context, palette } = frame;
  const { x, y } = pointAt(dot.turn, radiusOf(dot, measures, dotCount));
  context.strokeStyle = palette.ink;
  context.lineWidth = 1.5;
  disc(context, x, y, measures.dot * 2.2);
  context.stroke();
  paintLabel({ turn: dot.turn, text: `${dot.id.slice(0, 8)}…`, colour: palette.ink }, frame, measures);
}

function disc(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, Math.max(0, radius), 0, FULL_TURN);
}

function cross(context: CanvasRenderingContext2D, x: number, y: number, half: number): void {
  context.beginPath();
  context.moveTo(x - half, y - half);
  context.lineTo(x + half, y + half);
  context.moveTo(x + half, y - half);
  context.lineTo(x - half, y + half);
  context.stroke();
}
