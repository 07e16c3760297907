import { createHash } from "node:crypto";
import { NodeId } from "../id/index.ts";
import { type Float, isWrittenAsInteger } from "../value/index.ts";

/** What names a value. Text and bytes are the usual keys; the others count by their Python text, so `1` and `"1"` are one key. */
export type Key = string | Uint8Array | number | bigint | boolean | null | Float;

/** SHA-1 of the key's bytes, or of the UTF-8 of its text: where in the network its value is stored. */
export function digest(key: Key): NodeId {
  const content = typeof key === "string" || key instanceof Uint8Array ? key : pythonText(key);
  return NodeId.from(createHash("sha1").update(content).digest());
}

/** What Python's `str()` gives. */
function pythonText(key: number | bigint | boolean | null | Float): string {
  if (key === null) return "None";
  if (typeof key === "boolean") return key ? "True" : "False";
  if (typeof key === "bigint") return key.toString();
  if (typeof key === "number" && isWrittenAsInteger(key)) return key.toString();
  return pythonFloat(Number(key));
}

/** Python and JavaScript print the same digits; they differ in when they use an exponent, and in how they write it. */
function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const [mantissa = "", exponentText = ""] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    const digits = String(Math.abs(exponent)).padStart(2, "0");
    return `${withSign(value, mantissa)}e${exponent < 0 ? "-" : "+"}${digits}`;
  }
  const plain = String(value);
  return withSign(value, plain.includes(".") ? plain : `${plain}.0`);
}

/** JavaScript loses the sign of −0. */
function withSign(value: number, text: string): string {
  return Object.is(value, -0) ? `-${text}` : text;
}
