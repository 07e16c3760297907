import type { Address } from "../../address/index.ts";
import type { NodeId } from "../../id/index.ts";
import type { Answer } from "../../wire/index.ts";
import type { RequestContext } from "./request-context.ts";

/**
 * The k nearest contacts to a target, without the asker and the target itself. Contacts that we would not ask ourselves
 * at the moment are not recommended either, so that word of a dead node does not go round for ever.
 */
export function findNode(target: NodeId, from: Address, { table, now }: RequestContext): Answer {
  const time = now();
  const nodes = table.closest(
    target,
    table.k,
    (contact) => !contact.address.equals(from) && contact.address.makesSenseTo(from) && !contact.isResting(time),
  );
  return { kind: "nodes", nodes };
}
