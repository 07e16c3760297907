import { signal } from "@preact/signals";

export type View = "live" | "simulate";

/** Which view the address asks for: `#live` or `#simulate`. */
export const view = signal<View>(location.hash === "#simulate" ? "simulate" : "live");

addEventListener("hashchange", () => {
  // Other fragments are places within a view.
  if (location.hash === "#simulate") view.value = "simulate";
  else if (location.hash === "#live" || location.hash === "") view.value = "live";
});
