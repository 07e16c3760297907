import type { SockAddr } from "../../address/index.ts";
import type { Peer } from "../../routing/index.ts";
import type { QueryMessage } from "../../wire/index.ts";
import type { NodeCore } from "../node-core.ts";
import { handleFind } from "./find.ts";
import { handleGet } from "./get.ts";
import { handleListen } from "./listen.ts";
import { handlePing } from "./ping.ts";
import { handlePut } from "./put.ts";
import { handleRefresh } from "./refresh.ts";
import { handleUpdate } from "./update.ts";

/** Answers a query that has passed all checks. */
export function answer(core: NodeCore, query: QueryMessage, peer: Peer, from: SockAddr): void {
  switch (query.kind) {
    case "ping":
      handlePing(core, query, peer);
      break;
    case "find":
      handleFind(core, query, peer);
      break;
    case "get":
      handleGet(core, query, peer);
      break;
    case "put":
      handlePut(core, query, peer, from);
      break;
    case "refresh":
      handleRefresh(core, query, peer, from);
      break;
    case "listen":
      handleListen(core, query, peer, from);
      break;
    case "update":
      handleUpdate(core, query, peer);
      break;
  }
}
