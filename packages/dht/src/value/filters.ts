import type { InfoHash } from "../id/index.ts";
import type { Value } from "./value.ts";

/** A predicate on values. Where a filter is optional, leaving it out accepts everything. */
export type Filter = (value: Value) => boolean;

/** Ready-made filters and their combinations. */
export const Filters = {
  all: (): Filter => () => true,
  type:
    (type: number): Filter =>
    (value) =>
      value.type === type,
  id:
    (id: bigint): Filter =>
    (value) =>
      value.id === id,
  recipient:
    (recipient: InfoHash): Filter =>
    (value) =>
      value.recipient.equals(recipient),
  /** By the owner's short key id. */
  owner:
    (owner: InfoHash): Filter =>
    (value) =>
      value.ownerId?.equals(owner) ?? false,
  seq:
    (seq: number): Filter =>
    (value) =>
      value.seq === seq,
  userType:
    (userType: string): Filter =>
    (value) =>
      value.userType === userType,
  /** All of them; without any, accepts everything. */
  and(...filters: readonly (Filter | undefined)[]): Filter {
    return (value) => filters.every((filter) => filter?.(value) ?? true);
  },
  /** Any of them; an operand that is left out accepts everything. */
  or(...filters: readonly (Filter | undefined)[]): Filter {
    return (value) => filters.some((filter) => filter?.(value) ?? true);
  },
  /** The opposite; of a filter that is left out: accepts nothing. */
  not(filter: Filter | undefined): Filter {
    return (value) => !(filter?.(value) ?? true);
  },
} as const;
