import { describe, expect, test } from "vitest";
import { Admission } from "../../src/secure/admission.ts";
import type { KeyOperations } from "../../src/secure/index.ts";
import { ValueSecurity } from "../../src/secure/index.ts";
import { Reading } from "../../src/secure/reading.ts";
import { MAX_UNDECIDED_BYTES, MAX_UNDECIDED_VALUES, UndecidedBudget } from "../../src/secure/undecided-budget.ts";
import { Value } from "../../src/value/index.ts";
import { alice } from "./people.ts";
import { signedBy } from "./signed-values.ts";

const plain = (id: bigint) => new Value({ id, data: Uint8Array.of(Number(id % 256n)) });
const template = signedBy(alice, plain(0n));
const signed = (id: bigint) => template.withId(id);

/** Gets and listens whose checks end when the test says so. */
class Desk {
  readonly checks: ((isValid: boolean) => void)[] = [];
  readonly delivered: string[] = [];
  readonly #budget = new UndecidedBudget();
  readonly admission = new Admission({ security: new ValueSecurity(undefined, this.#operations), onOwner: () => {} });

  open(onDelivery: (reading: Reading) => void = () => {}): Reading {
    const reading: Reading = new Reading(this.admission, this.#budget, (values, expired) => {
      this.delivered.push(`${expired ? "-" : "+"}${values.map(({ id }) => id).join(",")}`);
      onDelivery(reading);
    });
    return reading;
  }

  settle(isValid = true): void {
    this.checks.shift()?.(isValid);
  }

  get #operations(): KeyOperations {
    return {
      verify: (_, onOutcome) => void this.checks.push((isValid) => onOutcome(isValid ? "valid" : "invalid")),
      sign: () => expect.unreachable("signing"),
      decrypt: () => expect.unreachable("decrypting"),
    };
  }
}

describe("values found", () => {
  test("are delivered at once if they are plain", () => {
    const desk = new Desk();
    desk.open().push([plain(1n), plain(2n)], false);
    expect(desk.delivered).toEqual(["+1,2"]);
  });

  test("that are encrypted pass as they are where all is forwarded, as in a proxy", () => {
    const desk = new Desk();
    const encrypted = new Value({ id: 7n, cypher: Uint8Array.of(1, 2, 3) });
    desk.open().push([encrypted], false);
    expect([desk.delivered, desk.admission.dropped.unreadable]).toEqual([[], 1]);
    desk.admission.forwardsAll = true;
    desk.open().push([encrypted.withId(8n)], false);
    expect(desk.delivered).toEqual(["+8"]);
  });

  test("keep their order, whatever takes time", () => {
    const desk = new Desk();
    const reading = desk.open();
    reading.push([plain(1n), signed(2n)], false);
    reading.push([plain(3n)], false);
    reading.push([signed(2n)], true);
    reading.end(() => desk.delivered.push("end"));
    expect(desk.delivered).toEqual([]);
    desk.settle();
    expect(desk.delivered).toEqual(["+1,2", "+3"]);
    desk.settle();
    expect(desk.delivered).toEqual(["+1,2", "+3", "-2", "end"]);
  });

  test("are checked one after the other, and once", () => {
    const desk = new Desk();
    const reading = desk.open();
    const value = signed(1n);
    reading.push([value, value, signed(2n)], false);
    expect(desk.checks).toHaveLength(1);
    desk.settle();
    expect(desk.checks).toHaveLength(1);
    desk.settle(false);
    expect(desk.delivered).toEqual(["+1,1"]);
    expect(desk.admission.dropped.forged).toBe(1);
  });

  test("are not delivered when none is left", () => {
    const desk = new Desk();
    desk.open().push([signed(1n)], false);
    desk.settle(false);
    expect(desk.delivered).toEqual([]);
  });

  test("of one reading don't hold up those of another", () => {
    const desk = new Desk();
    desk.open().push([signed(1n)], false);
    desk.open().push([plain(2n)], false);
    expect(desk.delivered).toEqual(["+2"]);
  });

  test("are dropped after the end, and their room is free again", () => {
    const desk = new Desk();
    const big = signed(1n).with({ data: new Uint8Array(MAX_UNDECIDED_BYTES - 1000) });
    const closed = desk.open();
    closed.push([big, big], false);
    expect(desk.admission.dropped.unchecked).toBe(1);
    closed.close();
    desk.settle();
    expect(desk.delivered).toEqual([]);
    const next = desk.open();
    next.push([big], false);
    desk.settle();
    expect(desk.delivered).toEqual(["+1"]);
  });

  test("may end the reading while they are delivered", () => {
    const desk = new Desk();
    const reading = desk.open((self) => self.close());
    reading.push([signed(1n)], false);
    reading.push([signed(2n)], false);
    reading.end(() => desk.delivered.push("end"));
    desk.settle();
    desk.settle();
    expect(desk.delivered).toEqual(["+1"]);
  });

  test(`wait in bounded number: ${MAX_UNDECIDED_VALUES} over all gets and listens`, () => {
    const desk = new Desk();
    const value = signed(1n);
    desk.open().push(new Array(MAX_UNDECIDED_VALUES).fill(value), false);
    desk.open().push([value], false);
    expect(desk.admission.dropped.unchecked).toBe(1);
  });
});
