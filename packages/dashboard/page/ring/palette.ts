import { themeColour } from "../document/theme-colour.ts";

const NAMES = [
  "ground",
  "ink",
  "ink-soft",
  "line",
  "water-deep",
  "water-shallow",
  "rim",
  "kingfisher",
  "ember",
  "reed",
  "amber",
  "stone",
  "kind-listen",
] as const;

/** The colours of the style sheet, for what is drawn on a canvas. */
export type Palette = Readonly<Record<(typeof NAMES)[number], string>>;

/** As they are now: they change with the theme. */
export function readPalette(): Palette {
  const entries = NAMES.map((name) => [name, themeColour(`--${name}`)]);
  // Object.fromEntries can't know that every name is there.
  return Object.fromEntries(entries) as Palette;
}
