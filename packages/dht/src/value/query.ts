import { parseQueryText } from "./query-text.ts";
import { Select } from "./select.ts";
import { Where } from "./where.ts";

/** What a get or listen asks for: which fields (Select) of which values (Where). Immutable. */
export class Query {
  /** Whole values, every one. */
  static readonly all = new Query();
  /** Asks for nothing and is satisfied by any other query; never sent. */
  static readonly none = new Query(Select.all, Where.all, true);

  readonly select: Select;
  readonly where: Where;
  readonly isNone: boolean;

  constructor(select: Select = Select.all, where: Where = Where.all, isNone = false) {
    this.select = select;
    this.where = where;
    this.isNone = isNone;
  }

  /**
   * `[SELECT field[,field…]] [WHERE field=value[,field=value…]]`, keywords in upper or lower case.
   * Fields: `id`, `value_type`, `owner_pk`, `seq`, `user_type`.
   * @throws QueryParseError
   */
  static parse(text: string): Query {
    const { fields, restrictions } = parseQueryText(text);
    return new Query(new Select(fields), new Where(restrictions));
  }

  /** True when it asks for every value whole: such a query is left out of messages. */
  get isEmpty(): boolean {
    return this.select.isEmpty && this.where.isEmpty;
  }

  /** Whether an answer to `other` answers this query too. */
  isSatisfiedBy(other: Query): boolean {
    return this.isNone || (this.where.isSatisfiedBy(other.where) && this.select.isSatisfiedBy(other.select));
  }

  toString(): string {
    return `Query[${this.select} ${this.where}]`;
  }
}
