import type { ListenersRow } from "../../src/messages.ts";
import { listenersText } from "./listeners.ts";

/** Who listens under a key: a line, which opens to whole ids and addresses. */
export function ListenersList({ listeners }: { readonly listeners: ListenersRow }) {
  const { own, others, named } = listeners;
  const text = listenersText(listeners);
  if (others === 0) return <p class="listeners">{text}</p>;
  const unnamed = others - named.length;
  return (
    <details class="listeners">
      <summary>{text}</summary>
      <ul>
        {own > 0 && <li>this node</li>}
        {named.map(({ id, address }) => (
          <li key={id + address}>
            <span class="mono">{id}</span> at <span class="mono">{address}</span>
          </li>
        ))}
        {unnamed > 0 && <li>and {unnamed} more</li>}
      </ul>
    </details>
  );
}
