import type { OutgoingValue, SeenValue } from "./interop-peer.ts";

/** The only kind of value that every program can put. */
export function word(text: string): OutgoingValue {
  return { data: Buffer.from(text), userType: "text/plain" };
}

export function textOf(value: SeenValue | undefined): string | undefined {
  return value?.data && Buffer.from(value.data).toString();
}

/** The texts of values in alphabetical order, for comparing what arrives in any order. */
export function textsOf(values: readonly SeenValue[]): readonly (string | undefined)[] {
  return values.map(textOf).sort();
}
