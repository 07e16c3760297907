import type { DotLook } from "./scene.ts";

/** What a node looks like on the ring, and what that means. */
export function DotSign({ look, text }: { readonly look: Sign; readonly text: string }) {
  return (
    <li>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        {SIGNS[look]}
      </svg>
      {text}
    </li>
  );
}

type Sign = DotLook | "listener";

const SIGNS: Readonly<Record<Sign, preact.JSX.Element>> = {
  good: <circle cx="8" cy="8" r="5" fill="var(--reed)" />,
  holder: <circle cx="8" cy="8" r="7" fill="var(--ember)" />,
  incoming: <circle cx="8" cy="8" r="4.5" fill="none" stroke="var(--kingfisher)" stroke-width="2.5" />,
  dubious: <circle cx="8" cy="8" r="4.5" fill="none" stroke="var(--amber)" stroke-width="2.5" />,
  gone: <path d="M4 4l8 8m0-8l-8 8" fill="none" stroke="var(--stone)" stroke-width="2.5" />,
  listener: <circle cx="8" cy="8" r="7" fill="none" stroke="var(--kind-listen)" stroke-width="1.5" />,
};
