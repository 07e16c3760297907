import { useSignal } from "@preact/signals";
import { durationText } from "../format/quantity.ts";
import { DotSign } from "../ring/dot-sign.tsx";
import { RingCanvas } from "../ring/ring-canvas.tsx";
import type { LiveModel } from "./live-model.ts";

/** The key space with this node, its buckets and its peers. */
export function RingPanel({ model }: { readonly model: LiveModel }) {
  const peers = model.peers.value;
  const good = peers.filter(({ state }) => state === "good" || state === "incoming").length;
  const depth = peers.reduce((deepest, { bucket }) => Math.max(deepest, bucket), 0);
  const peersText = `this node, and ${peers.length} peers, ${good} of which answer`;
  const label = `The key space as a circle: ${peersText}. Other nodes that listen here: ${model.listeners.value.size}.`;
  return (
    <section class="section" aria-labelledby="ring-title">
      <h2 id="ring-title">
        {peers.length} {peers.length === 1 ? "peer" : "peers"} in {depth + 1} {depth === 0 ? "bucket" : "buckets"}
      </h2>
      <RingCanvas scene={model.scene} label={label} />
      <ul class="legend">
        <DotSign look="good" text="answers" />
        <DotSign look="incoming" text="asked us last" />
        <DotSign look="dubious" text="not heard for long" />
        <DotSign look="gone" text="taken for dead" />
        <DotSign look="listener" text="listens here" />
      </ul>
      <p class="soft note">
        The circle is the space of all keys. The arcs around it are this node’s buckets: it knows the keys next to its
        own best.
      </p>
      <PeerTable model={model} />
    </section>
  );
}

function PeerTable({ model }: { readonly model: LiveModel }) {
  const isOpen = useSignal(false);
  // What nobody sees need not be made anew every two seconds.
  const peers = isOpen.value ? model.peers.value.toSorted((a, b) => b.bucket - a.bucket) : [];
  return (
    <details onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
      <summary>The peers as a table</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable without a mouse */}
      <div class="scroll" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Id</th>
              <th scope="col">State</th>
              <th scope="col" class="number">
                Bucket
              </th>
              <th scope="col" class="number">
                Heard
              </th>
            </tr>
          </thead>
          <tbody>
            {peers.map(({ id, family, state, bucket, lastSeen }) => (
              <tr key={`${id}${family}`}>
                <td class="mono">{id.slice(0, 12)}…</td>
                <td>{state}</td>
                <td class="number">{bucket}</td>
                <td class="number">{lastSeen > 0 ? `${durationText(Date.now() - lastSeen)} ago` : "never"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
