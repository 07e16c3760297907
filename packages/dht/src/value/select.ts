import type { Field } from "./field.ts";
import { fieldName, parseQueryText } from "./query-text.ts";

/** Which fields a query asks for, in the order in which they were selected; none means whole values. Immutable. */
export class Select {
  static readonly all = new Select();

  readonly fields: readonly Field[];

  constructor(fields: readonly Field[] = []) {
    this.fields = fields;
  }

  /** `SELECT id,seq`; an empty text, `*` and unknown names select nothing, that is: whole values. */
  static parse(text: string): Select {
    return new Select(parseQueryText(text).fields);
  }

  get isEmpty(): boolean {
    return this.fields.length === 0;
  }

  /** A selection with one field more; a field that is selected already changes nothing. */
  field(field: Field): Select {
    return this.fields.includes(field) ? this : new Select([...this.fields, field]);
  }

  /** Whether an answer to `other` also answers this: whole values for whole values, otherwise at least our fields. */
  isSatisfiedBy(other: Select): boolean {
    return this.isEmpty ? other.isEmpty : this.fields.every((field) => other.fields.includes(field));
  }

  toString(): string {
    return this.isEmpty ? "SELECT *" : `SELECT ${this.fields.map(fieldName).join(",")}`;
  }
}
