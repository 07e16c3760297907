import type { Address } from "../../address/index.ts";
import type { NodeId } from "../../id/index.ts";
import type { Answer } from "../../wire/index.ts";
import { findNode } from "./find-node.ts";
import type { RequestContext } from "./request-context.ts";

/**
 * Largest value given to an address that has not proved to be real. A request of 78 bytes with a forged sender would
 * otherwise send 60 KB to a victim.
 */
export const MAX_BYTES_TO_STRANGERS = 8_192;

/** The value stored at a key, or the way to it. */
export function findValue(key: NodeId, from: Address, context: RequestContext): Answer {
  const pair = context.holdings.get(key);
  const isStranger = context.table.findByAddress(from) === undefined;
  if (!pair || (isStranger && pair.value.bytes.length > MAX_BYTES_TO_STRANGERS)) return findNode(key, from, context);
  return { kind: "value", value: pair.value };
}
