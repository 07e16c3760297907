import type { Peer } from "../../routing/index.ts";
import type { FindQuery } from "../../wire/index.ts";
import type { NodeCore } from "../node-core.ts";
import { nodesAndToken } from "./reply-bodies.ts";

/** Which nodes near this id do you know? A missing target is the zero id, and answered like any other. */
export function handleFind(core: NodeCore, query: FindQuery, peer: Peer): void {
  core.rpc.reply(peer, query.tid, nodesAndToken(core, query.target, query.want, peer));
}
