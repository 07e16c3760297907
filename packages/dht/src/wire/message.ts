import type { ErrorReply } from "./error.ts";
import type { FindQuery } from "./find.ts";
import type { GetQuery } from "./get.ts";
import type { LegacyUpdate } from "./legacy-update.ts";
import type { ListenQuery } from "./listen.ts";
import type { PartMessage } from "./part.ts";
import type { PingQuery } from "./ping.ts";
import type { PutQuery } from "./put.ts";
import type { RefreshQuery } from "./refresh.ts";
import type { Reply } from "./reply.ts";
import type { UpdateQuery } from "./update.ts";

/** What asks for an answer. */
export type QueryMessage = PingQuery | FindQuery | GetQuery | PutQuery | RefreshQuery | ListenQuery | UpdateQuery;

/** All that one datagram between nodes can say. `kind` tells which. */
export type Message = QueryMessage | Reply | ErrorReply | LegacyUpdate | PartMessage;

/** A datagram that says nothing; it is counted and dropped, never answered. */
export interface Malformed {
  readonly kind: "malformed";
  /** For counters and logs: one of a few fixed sentences. */
  readonly reason: string;
}
