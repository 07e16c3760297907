import type { InfoHash } from "../../src/id/index.ts";
import type { TestNode, Testnet } from "../../src/testnet/index.ts";

/** The nodes by their distance from a key: rank 0 is the closest. */
export function ranking(net: Testnet, key: InfoHash): (rank: number) => TestNode {
  const order = [...net.nodes].sort((a, b) => key.xorCmp(a.id, b.id)).map(({ index }) => index);
  return (rank) => net.node(order[rank] ?? net.nodes.length);
}
