import type { InfoHash } from "../id/index.ts";
import { Field } from "./field.ts";
import type { Filter } from "./filters.ts";
import { formatRestriction, parseQueryText } from "./query-text.ts";
import { holds, isSameRestriction, type Restriction } from "./restriction.ts";
import type { Value } from "./value.ts";

/**
 * Conditions on values, all of which must hold; none means every value. Immutable: each method returns a new Where.
 *
 * Remote nodes judge the value as they see it: for an encrypted one the type is 0, the user type empty, the owner none.
 * A sequence number can't travel (OpenDHT wire format): it is left out of what is sent, so the asker filters answers
 * with the whole Where again.
 */
export class Where {
  static readonly all = new Where();

  readonly restrictions: readonly Restriction[];

  constructor(restrictions: readonly Restriction[] = []) {
    this.restrictions = restrictions;
  }

  /**
   * `WHERE id=5,user_type="text/plain"`; an empty text restricts nothing.
   * @throws QueryParseError on an unknown field or a value that makes no sense for it
   */
  static parse(text: string): Where {
    return new Where(parseQueryText(text).restrictions);
  }

  /** Whether every value matches. */
  get isEmpty(): boolean {
    return this.restrictions.length === 0;
  }

  /** Under that id. */
  id(value: bigint): Where {
    return this.and({ field: Field.Id, value });
  }

  /** Of that type, 0 … 65535. */
  valueType(value: number): Where {
    return this.and({ field: Field.ValueType, value });
  }

  /** By the owner's short key id. */
  owner(value: InfoHash): Where {
    return this.and({ field: Field.OwnerPk, value });
  }

  /** With that sequence number. */
  seq(value: number): Where {
    return this.and({ field: Field.SeqNum, value });
  }

  /** With exactly that user type. */
  userType(value: string): Where {
    return this.and({ field: Field.UserType, value });
  }

  /** With one condition more. */
  and(restriction: Restriction): Where {
    return new Where([...this.restrictions, restriction]);
  }

  /** Whether all conditions hold for a value. */
  matches(value: Value): boolean {
    for (const restriction of this.restrictions) if (!holds(restriction, value)) return false;
    return true;
  }

  /** The same as a function. */
  getFilter(): Filter {
    return (value) => this.matches(value);
  }

  /** Whether an answer to `other` holds all that this asks for: `other` has no restriction that this hasn't. */
  isSatisfiedBy(other: Where): boolean {
    return other.restrictions.every((theirs) => this.restrictions.some((ours) => isSameRestriction(ours, theirs)));
  }

  /** In the form that `parse` reads; empty without restrictions. */
  toString(): string {
    return this.isEmpty ? "" : `WHERE ${this.restrictions.map(formatRestriction).join(",")}`;
  }
}
