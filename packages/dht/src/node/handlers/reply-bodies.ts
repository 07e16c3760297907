import type { Family } from "../../address/index.ts";
import type { InfoHash } from "../../id/index.ts";
import type { Peer } from "../../routing/index.ts";
import type { ReplyBody } from "../../rpc/index.ts";
import { WANT_IPV4, WANT_IPV6 } from "../../wire/index.ts";
import type { NodeCore } from "../node-core.ts";

/** Most nodes per family in one reply. */
const SEND_NODES = 8; // node behaviour, SEND_NODES

/** A plain "yes". */
export const NOTHING: ReplyBody = {};

/** The good nodes closest to `target`, of the families wanted, and a token that lets the asker write to us. */
export function nodesAndToken(core: NodeCore, target: InfoHash, want: number | undefined, peer: Peer): ReplyBody {
  const wanted = want ?? (peer.family === 4 ? WANT_IPV4 : WANT_IPV6);
  return {
    nodes4: wanted & WANT_IPV4 ? closest(core, 4, target) : undefined,
    nodes6: wanted & WANT_IPV6 ? closest(core, 6, target) : undefined,
    token: core.rpc.tokens.issue(peer.address),
  };
}

function closest(core: NodeCore, family: Family, target: InfoHash): readonly Peer[] | undefined {
  return core.family(family)?.table.findClosest(target, SEND_NODES, core.scheduler.now());
}
