import type { SockAddr } from "../../address/index.ts";
import type { Peer } from "../../routing/index.ts";
import { ERROR_BAD_REQUEST, ERROR_UNAUTHORIZED } from "../../rpc/index.ts";
import type { ListenQuery } from "../../wire/index.ts";
import type { NodeCore } from "../node-core.ts";
import { nodesAndToken } from "./reply-bodies.ts";

/**
 * Tell me what changes. A new listener gets the values that are there before the confirmation; a renewal gets none.
 */
export function handleListen(core: NodeCore, query: ListenQuery, peer: Peer, from: SockAddr): void {
  const { key, tid, token } = query;
  if (key.isZero()) core.rpc.error(peer, tid, ERROR_BAD_REQUEST, "Listen with no info_hash");
  else if (core.rpc.tokens.accepts(token, from)) subscribe(core, query, peer);
  else core.rpc.error(peer, tid, ERROR_UNAUTHORIZED, "Listen with incorrect token");
}

function subscribe(core: NodeCore, query: ListenQuery, peer: Peer): void {
  const { key, tid, socketId, version } = query;
  if (core.store.addRemoteListener(key, peer, socketId, query.query, version)) {
    const values = core.store.get(key, query.query?.where);
    if (values.length > 0) {
      if (version === 1) core.rpc.update(peer, key, socketId, version, { kind: "values", values });
      else core.rpc.reply(peer, socketId, { ...nodesAndToken(core, key, undefined, peer), values });
    }
  }
  core.rpc.reply(peer, tid, { token: core.rpc.tokens.issue(peer.address) });
}
