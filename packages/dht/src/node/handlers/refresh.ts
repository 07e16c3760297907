import type { SockAddr } from "../../address/index.ts";
import type { Peer } from "../../routing/index.ts";
import { ERROR_NOT_FOUND, ERROR_UNAUTHORIZED } from "../../rpc/index.ts";
import type { RefreshQuery } from "../../wire/index.ts";
import type { NodeCore } from "../node-core.ts";
import { chargeForNews } from "./extra-work.ts";

/** Keep what you hold for another lifetime. An unknown value under a known key is acknowledged, as by real nodes. */
export function handleRefresh(core: NodeCore, query: RefreshQuery, peer: Peer, from: SockAddr): void {
  const { key, tid, token, valueId } = query;
  if (!core.rpc.tokens.accepts(token, from)) {
    core.rpc.error(peer, tid, ERROR_UNAUTHORIZED, "Put with incorrect token");
  } else if (core.store.refresh(key, valueId)) {
    chargeForNews(core, from, key, 1);
    core.rpc.reply(peer, tid, { valueId });
  } else {
    core.rpc.error(peer, tid, ERROR_NOT_FOUND, "Access operation for unknown storage");
  }
}
