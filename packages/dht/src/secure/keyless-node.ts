import type { InfoHash } from "../id/index.ts";
import {
  type GetOptions,
  type ListenOptions,
  NOT_ANNOUNCED,
  type NodeOperations,
  type Operation,
  type PutOperation,
  type PutOptions,
  type QueryOptions,
} from "../node/index.ts";
import type { Query, Value } from "../value/index.ts";
import { noIdentity } from "./errors.ts";
import type { KeyId } from "./known-keys.ts";
import type { SecurePutOptions } from "./put-options.ts";
import type { Recipient, SecureOperations } from "./secure-operations.ts";

/**
 * A node as it is, where there are no keys and nothing to check signatures with, as in a browser: what is encrypted stays
 * so, signatures are taken as they come, and what needs a key fails with `ERR_NO_IDENTITY`.
 */
export class KeylessNode implements SecureOperations {
  readonly #node: NodeOperations;

  constructor(node: NodeOperations) {
    this.#node = node;
  }

  get(key: InfoHash, options: GetOptions): Operation {
    return this.#node.get(key, options);
  }

  query(key: InfoHash, query: Query, options: QueryOptions): Operation {
    return this.#node.query(key, query, options);
  }

  listen(key: InfoHash, options: ListenOptions): Operation {
    return this.#node.listen(key, options);
  }

  put(key: InfoHash, value: Value, options?: PutOptions): PutOperation {
    return this.#node.put(key, value, options);
  }

  putSigned(_key: InfoHash, value: Value, options: SecurePutOptions = {}): PutOperation {
    return this.#refuse(value, options);
  }

  putEncrypted(_key: InfoHash, _to: Recipient, value: Value, options: SecurePutOptions = {}): PutOperation {
    return this.#refuse(value, options);
  }

  findCertificate(_id: KeyId, onDone: (found: Error) => void): Operation {
    onDone(noIdentity());
    return { cancel: () => {} };
  }

  findPublicKey(id: KeyId, onDone: (found: Error) => void): Operation {
    return this.findCertificate(id, onDone);
  }

  #refuse({ id }: Value, { onDone }: SecurePutOptions): PutOperation {
    this.#node.callUser(() => onDone?.({ ...NOT_ANNOUNCED, error: noIdentity() }));
    return { id, cancel: () => {} };
  }
}
