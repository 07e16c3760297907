import type { NodeId } from "../id/index.ts";
import type { Neighbour } from "../server/index.ts";

/**
 * The routing table as JSON: for each contact `[id, ip, port, id as number, distance to ours as number]`. The id is text
 * of 20 characters, one for each byte, written in ASCII; the numbers have 160 bits and are written in full.
 */
export function formatNeighbours(neighbours: readonly Neighbour[], ownId: NodeId): string {
  const rows = neighbours.map(({ id, host, port }) => {
    const text = JSON.stringify(Buffer.from(id.bytes).toString("latin1"));
    const ascii = text.replace(/[\u007f-\u00ff]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
    return `[${ascii}, ${JSON.stringify(host)}, ${port}, ${id.toBigInt()}, ${id.distanceTo(ownId)}]`;
  });
  return `[${rows.join(", ")}]`;
}
