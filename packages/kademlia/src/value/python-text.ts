import { type Float, isWrittenAsInteger } from "./value.ts";

/** What Python's `str()` gives for a number, a boolean or None: the network's first users name and see values so. */
export function pythonText(value: number | bigint | boolean | null | Float): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number" && isWrittenAsInteger(value)) return value.toString();
  return pythonFloat(Number(value));
}

/** Python and JavaScript print the same digits; they differ in when they use an exponent, and in how they write it. */
function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0.0";
  const [digits, exponentText] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    return `${digits}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  const plain = String(value);
  return plain.includes(".") ? plain : `${plain}.0`;
}
