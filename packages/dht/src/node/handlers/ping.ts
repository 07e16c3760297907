import type { Peer } from "../../routing/index.ts";
import type { PingQuery } from "../../wire/index.ts";
import type { NodeCore } from "../node-core.ts";
import { NOTHING } from "./reply-bodies.ts";

/** Are you there? Yes, and this is where I see you. */
export function handlePing(core: NodeCore, query: PingQuery, peer: Peer): void {
  core.rpc.reply(peer, query.tid, NOTHING);
}
