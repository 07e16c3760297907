import type { Peer } from "../../routing/index.ts";
import type { UpdateQuery } from "../../wire/index.ts";
import type { NodeCore } from "../node-core.ts";
import { NOTHING } from "./reply-bodies.ts";

/** News of a listen of ours, which its socket has got already. Stale news are acknowledged too, or they would be repeated. */
export function handleUpdate(core: NodeCore, query: UpdateQuery, peer: Peer): void {
  core.rpc.reply(peer, query.tid, NOTHING);
}
