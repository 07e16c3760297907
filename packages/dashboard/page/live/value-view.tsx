import { useSignal } from "@preact/signals";
import { beginningOf } from "../format/long-text.ts";

/** A longer text would push all else off the page. */
const MOST_AT_ONCE = 500;

/** The text of a value; of a long one the beginning, with a way to the rest. */
export function ValueView({ text }: { readonly text: string }) {
  const isOpen = useSignal(false);
  if (text.length <= MOST_AT_ONCE) return <>{text}</>;
  return (
    <>
      {beginningOf(text, MOST_AT_ONCE)}
      <details onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
        <summary>All {text.length.toLocaleString("en")} characters</summary>
        {isOpen.value && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable without a mouse
          <section class="scroll whole" tabIndex={0} aria-label="The whole value">
            {text}
          </section>
        )}
      </details>
    </>
  );
}
