import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { themeColour } from "../document/theme-colour.ts";

/** What a plot is made of; made again when the theme changes. */
export type PlotDesign = (colour: (name: string) => string) => Omit<uPlot.Options, "width" | "height">;

interface PlotProps {
  readonly label: string;
  readonly height: number;
  readonly design: PlotDesign;
  readonly data: uPlot.AlignedData;
}

/** A plot as wide as its place. */
export function Plot({ label, height, design, data }: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const latest = useRef(data);
  latest.current = data;
  useEffect(() => {
    const { current: element } = place;
    if (element === null) return;
    const make = () => {
      plot.current?.destroy();
      const size = { width: Math.max(100, element.clientWidth), height };
      plot.current = new uPlot({ ...design(themeColour), ...size }, latest.current, element);
    };
    make();
    const theming = new MutationObserver(make);
    theming.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    const resizing = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height }));
    resizing.observe(element);
    return () => {
      theming.disconnect();
      resizing.disconnect();
      plot.current?.destroy();
    };
  }, [design, height]);
  useEffect(() => plot.current?.setData(data), [data]);
  return <div class="chart" ref={place} role="img" aria-label={label} style={{ height: `${height}px` }} />;
}
