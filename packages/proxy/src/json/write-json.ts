// Source: OpenDHT REST proxy, how it writes: compact, members in ascending order of their names, ASCII only.
import type { Json } from "./json.ts";

const NOT_ASCII = /[\u0080-\uFFFF]/g;

/** A number that is shown with a decimal point even when it has no fraction. */
export class Real {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** What can be written; members that are undefined are left out. */
export type Writable = Json | Real | readonly Writable[] | { readonly [name: string]: Writable | undefined };

/** One line of the proxy, with its line feed. */
export function jsonLine(json: Writable): string {
  return `${writeJson(json)}\n`;
}

export function writeJson(json: Writable): string {
  return escapeText(write(json));
}

/** Text that is JSON already, in ASCII. */
function escapeText(json: string): string {
  return json.replaceAll(NOT_ASCII, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function write(json: Writable): string {
  if (typeof json === "string") return JSON.stringify(json);
  if (json instanceof Real) return Number.isInteger(json.value) ? `${json.value}.0` : String(json.value);
  if (Array.isArray(json)) return `[${json.map(write).join(",")}]`;
  if (typeof json !== "object" || json === null) return String(json);
  // What is left has members: arrays and reals are done.
  return writeMembers(json as { readonly [name: string]: Writable | undefined });
}

function writeMembers(json: { readonly [name: string]: Writable | undefined }): string {
  const members: string[] = [];
  for (const name of Object.keys(json).sort()) {
    const value = json[name];
    if (value !== undefined) members.push(`${JSON.stringify(name)}:${write(value)}`);
  }
  return `{${members.join(",")}}`;
}
