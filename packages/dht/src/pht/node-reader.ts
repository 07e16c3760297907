import type { IndexEntry, IndexValues } from "./index-entry.ts";
import type { IndexNetwork } from "./index-network.ts";
import type { Prefix } from "./prefix.ts";

/** What is stored at a node of the tree. */
export interface TreeNode {
  /** The network was asked with success. */
  readonly ok: boolean;
  /** It carries a mark: the node is part of the tree. */
  readonly exists: boolean;
  readonly entries: readonly IndexEntry[];
}

export async function readNode(
  network: IndexNetwork,
  values: IndexValues,
  prefix: Prefix,
  signal: AbortSignal | undefined,
): Promise<TreeNode> {
  const found = network.get(prefix.key, { filter: values.filter, signal });
  const entries: IndexEntry[] = [];
  let exists = false;
  for await (const value of found) {
    const entry = values.isCanary(value) ? undefined : values.decode(value);
    exists ||= values.isCanary(value);
    if (entry !== undefined) entries.push(entry);
  }
  return { ok: (await found.done).ok, exists, entries };
}
