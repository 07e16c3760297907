import { type View, view } from "./route.ts";
import { useTheme } from "./theme.ts";

export function Masthead() {
  const { theme, toggle } = useTheme();
  const other = theme === "dark" ? "light" : "dark";
  return (
    <header class="masthead">
      <div class="brand">
        <Ripples />
        Hashmere
      </div>
      <nav class="views" aria-label="Views">
        <ViewLink to="live" text="Live" />
        <ViewLink to="simulate" text="Simulate" />
      </nav>
      <button type="button" class="quiet theme" onClick={toggle} aria-label={`Use the ${other} theme`}>
        <svg viewBox="0 0 20 20" aria-hidden="true">
          <circle cx="10" cy="10" r="7" fill="none" stroke="currentColor" stroke-width="2" />
          <path d="M10 3a7 7 0 0 1 0 14z" fill="currentColor" />
        </svg>
      </button>
    </header>
  );
}

function ViewLink({ to, text }: { readonly to: View; readonly text: string }) {
  return (
    <a href={`#${to}`} aria-current={view.value === to ? "page" : undefined}>
      {text}
    </a>
  );
}

function Ripples() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" fill="none" stroke="var(--kingfisher)">
      <circle cx="16" cy="16" r="14" stroke-width="1.5" opacity="0.35" />
      <circle cx="16" cy="16" r="9" stroke-width="2" opacity="0.7" />
      <circle cx="16" cy="16" r="4" fill="var(--ember)" stroke="none" />
    </svg>
  );
}
