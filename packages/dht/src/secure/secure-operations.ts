import type { Certificate, PublicKey } from "@hashmere/crypto";
import type { InfoHash } from "../id/index.ts";
import type { ListenOptions, NodeOperations, Operation, PutOperation } from "../node/index.ts";
import type { Value } from "../value/index.ts";
import type { KeyId } from "./known-keys.ts";
import type { SecurePutOptions } from "./put-options.ts";

/** For whom something is encrypted: the holder of a key, or of the key with that id. */
export type Recipient = PublicKey | KeyId;

/** What users do in a DHT: what a node does, with signatures and encryption where there are keys. */
export interface SecureOperations extends Pick<NodeOperations, "get" | "query" | "put"> {
  listen(key: InfoHash, options: ListenOptions): Operation;
  putSigned(key: InfoHash, value: Value, options?: SecurePutOptions): PutOperation;
  putEncrypted(key: InfoHash, to: Recipient, value: Value, options?: SecurePutOptions): PutOperation;
  findCertificate(id: KeyId, onDone: (found: Certificate | Error) => void): Operation;
  findPublicKey(id: KeyId, onDone: (found: PublicKey | Error) => void): Operation;
}
