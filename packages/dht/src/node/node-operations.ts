import type { InfoHash } from "../id/index.ts";
import type { Query, Value } from "../value/index.ts";
import type { NodeStatus } from "./node-status.ts";
import type { GetOptions } from "./operations/get.ts";
import type { Listening, ListenOptions } from "./operations/listen.ts";
import type { Operation } from "./operations/operation.ts";
import type { PutOperation, PutOptions } from "./operations/put.ts";
import type { QueryOptions } from "./operations/query.ts";

/** What can be done in a DHT, by a node that is part of it or through somebody else's. Values pass as they travel. */
export interface NodeOperations {
  readonly status4: NodeStatus;
  readonly status6: NodeStatus;
  get(key: InfoHash, options: GetOptions): Operation;
  query(key: InfoHash, query: Query, options: QueryOptions): Operation;
  listen(key: InfoHash, options: ListenOptions): Listening;
  put(key: InfoHash, value: Value, options?: PutOptions): PutOperation;
  /** Stops announcing a value. False when it isn't being announced. */
  cancelPut(key: InfoHash, valueId: bigint): boolean;
  /** The values being announced under a key, or the one with that id. */
  getPut(key: InfoHash, valueId?: bigint): Value[];
  /** A value held on this machine. */
  getLocalById(key: InfoHash, valueId: bigint): Value | undefined;
  /** Calls what a user has handed in. What it throws is thrown again later, where it ends nothing that is half done. */
  callUser<T>(callback: () => T): T | undefined;
}
