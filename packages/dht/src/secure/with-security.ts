import type { NodeOperations } from "../node/index.ts";
import { type RandomSource, systemRandom } from "../random/index.ts";
import { OffThreadOperations } from "./off-thread-operations.ts";
import { requireMatchingKey } from "./own-identity.ts";
import { SecureNode, type SecureNodeOptions } from "./secure-node.ts";
import { ValueSecurity } from "./value-security.ts";

/** With whose keys, and how strict. */
export interface SecurityOptions extends Omit<SecureNodeOptions, "node" | "security" | "random"> {
  readonly random?: RandomSource | undefined;
}

/**
 * Signatures and encryption for what has none of its own, such as a `ProxyClient` (its option `security`): values are signed
 * and encrypted with the identity's key, which never leaves this process, and signatures found are checked.
 * @throws CryptoError `ERR_KEY_MISMATCH` when key and certificate don't belong together
 */
export function withSecurity(options: SecurityOptions = {}): (node: NodeOperations) => SecureNode {
  const { identity, random = systemRandom } = options;
  if (identity) requireMatchingKey(identity);
  const security = new ValueSecurity(identity?.key, new OffThreadOperations());
  return (node) => new SecureNode({ ...options, node, security, random });
}
