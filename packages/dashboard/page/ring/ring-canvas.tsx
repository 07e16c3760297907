import { useEffect, useRef } from "preact/hooks";
import { pointAt } from "./geometry.ts";
import { measuresOf, paintRing, radiusOf } from "./painter.ts";
import { readPalette } from "./palette.ts";
import type { Dot, RingScene } from "./scene.ts";

/** More would cost frames that nobody sees. */
const MAX_PIXEL_RATIO = 2;
/** How near to a node one has to point. */
const REACH_PX = 14;

/** A ring that is drawn as often as the screen shows pictures, and not at all while nobody sees it. */
export function RingCanvas({ scene, label }: { readonly scene: RingScene; readonly label: string }) {
  const place = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    return place.current === null ? undefined : animate(place.current, scene);
  }, [scene]);
  return <canvas class="ring" ref={place} role="img" aria-label={label} />;
}

/** Returns how to stop. */
function animate(canvas: HTMLCanvasElement, scene: RingScene): () => void {
  const context = canvas.getContext("2d");
  if (context === null) return () => {};
  const stillness = matchMedia("(prefers-reduced-motion: reduce)");
  const stop = new AbortController();
  let palette = readPalette();
  let size = 0;
  let pointed: Dot | undefined;

  const resizing = new ResizeObserver(() => {
    size = canvas.clientWidth;
    const ratio = Math.min(devicePixelRatio, MAX_PIXEL_RATIO);
    canvas.width = canvas.height = Math.round(size * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
  });
  resizing.observe(canvas);
  const theming = new MutationObserver(() => (palette = readPalette()));
  theming.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });

  let request = requestAnimationFrame(function draw(now) {
    scene.sweep(now);
    if (size > 0) paintRing(scene, { context, size, palette, now, isStill: stillness.matches, pointed });
    request = requestAnimationFrame(draw);
  });
  canvas.addEventListener(
    "pointermove",
    (event) => (pointed = nearestDot(scene, size, event.offsetX - size / 2, event.offsetY - size / 2)),
    { signal: stop.signal },
  );
  canvas.addEventListener("pointerleave", () => (pointed = undefined), { signal: stop.signal });

  return () => {
    cancelAnimationFrame(request);
    resizing.disconnect();
    theming.disconnect();
    stop.abort();
  };
}

function nearestDot(scene: RingScene, size: number, x: number, y: number): Dot | undefined {
  const measures = measuresOf(size, scene.dots.size);
  let nearest: Dot | undefined;
  let reach = REACH_PX;
  for (const dot of scene.dots.values()) {
    const place = pointAt(dot.turn, radiusOf(dot, measures, scene.dots.size));
    const distance = Math.hypot(place.x - x, place.y - y);
    if (distance >= reach) continue;
    reach = distance;
    nearest = dot;
  }
  return nearest;
}
