import { effect, signal } from "@preact/signals";

export type Theme = "light" | "dark";

const STORED_AS = "hashmere-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

/** What somebody has chosen on this page; undefined: as the system has it. */
const chosen = signal<Theme | undefined>(storedTheme());
const ofSystem = signal<Theme>(system.matches ? "dark" : "light");

/** Follows the system until somebody chooses. */
export function useTheme(): { readonly theme: Theme; readonly toggle: () => void } {
  const theme = chosen.value ?? ofSystem.value;
  return { theme, toggle: () => (chosen.value = theme === "dark" ? "light" : "dark") };
}

/** Keeps the document in the chosen theme. */
export function applyTheme(): void {
  system.addEventListener("change", () => (ofSystem.value = system.matches ? "dark" : "light"));
  effect(() => {
    document.documentElement.dataset.theme = chosen.value ?? ofSystem.value;
    if (chosen.value !== undefined) store(chosen.value);
  });
}

function storedTheme(): Theme | undefined {
  try {
    const stored = localStorage.getItem(STORED_AS);
    return stored === "light" || stored === "dark" ? stored : undefined;
  } catch {
    return undefined; // a browser that lets pages keep nothing
  }
}

function store(theme: Theme): void {
  try {
    localStorage.setItem(STORED_AS, theme);
  } catch {
    // It holds until the page is left.
  }
}
