import type { DhtError } from "../../errors/index.ts";
import type { InfoHash } from "../../id/index.ts";
import type { Peer } from "../../routing/index.ts";
import type { Announcement, Tally } from "../../search/index.ts";
import type { NodeEntry } from "../../wire/index.ts";
import type { FamilyState } from "../family-state.ts";

/** How a put ended. An acknowledgement doesn't prove that the value was kept: nodes acknowledge what they refuse. */
export interface PutOutcome {
  /** All of the nodes closest to the key acknowledged, in at least one family. */
  readonly ok: boolean;
  /** The nodes of the search, nearest first, IPv4 before IPv6. */
  readonly nodes: readonly NodeEntry[];
  /** Nodes that were asked to keep the value, that acknowledged it, and that answered with an error. */
  readonly asked: number;
  readonly acknowledged: number;
  readonly refused: number;
  /** Why it failed, where that is not for want of a network: it asked nobody, or what a node said that refused the value. */
  readonly error?: DhtError | undefined;
}

/** What a put comes to that asks nobody. */
export const NOT_ANNOUNCED: PutOutcome = { ok: false, nodes: [], asked: 0, acknowledged: 0, refused: 0 };

/** Brings a value to the nodes closest to a key in each of the families; done when the last family is. */
export function announceIn(
  families: readonly FamilyState[],
  key: InfoHash,
  value: Omit<Announcement, "onDone">,
  onDone: (outcome: PutOutcome) => void,
): void {
  const nodes: NodeEntry[] = [];
  let waitsFor = families.length;
  let total = NOT_ANNOUNCED;
  let error: DhtError | undefined;
  const onFamilyDone = (ok: boolean, peers: readonly Peer[], { asked, acknowledged, refused, refusal }: Tally) => {
    for (const { entry } of peers) nodes.push(entry);
    total = {
      ok: total.ok || ok,
      nodes,
      asked: total.asked + asked,
      acknowledged: total.acknowledged + acknowledged,
      refused: total.refused + refused,
    };
    error ??= refusal;
    if (--waitsFor === 0) onDone(total.ok || error === undefined ? total : { ...total, error });
  };
  for (const { searches } of families) searches.announce(key, { ...value, onDone: onFamilyDone });
  if (families.length === 0) onDone(total);
}
