import { isIP } from "node:net";
import { splitHostPort } from "@hashmere/dht";
import { InvalidArgumentError, Option } from "commander";
import { parseDuration } from "./output/duration.ts";

/** Parser for an unsigned number of so many bits in C notation: decimal, hexadecimal with 0x, octal with 0. */
export function uint(bits: 16 | 32): (text: string) => number {
  return (text) => {
    const number = parseCNumber(text);
    if (!(number < 2 ** bits)) throw new InvalidArgumentError(`It must be a number of 0 to ${2 ** bits - 1}.`);
    return number;
  };
}

function parseCNumber(text: string): number {
  if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8);
  return /^(0|[1-9]\d*|0[xX][0-9a-fA-F]+)$/.test(text) ? Number(text) : Number.NaN;
}

/** Parser for a count from 1 on. */
export function positive(text: string): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (number === 0) throw new InvalidArgumentError("It must be a number from 1 on.");
  return number;
}

/** Parser for a length of time, in ms. */
export function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms <= 0 || ms > MAX_DURATION_MS) {
    throw new InvalidArgumentError("It must be a time such as 500ms, 5s or 2min, at most 24 days.");
  }
  return ms;
}

/** An option that is a length of time. @param byDefault as the user would write it */
export function durationOption(flags: string, description: string, byDefault: string): Option {
  return new Option(flags, description).default(parseDuration(byDefault), byDefault).argParser(duration);
}

/** The longest that a timer of the platform can wait: 2^31 − 1 ms. */
const MAX_DURATION_MS = 2 ** 31 - 1;

/** Parser for a 64-bit value id: hexadecimal as `dhtnode` prints it, or decimal after `#`. */
export function valueId(text: string): bigint {
  const id = parseValueId(text);
  if (id === undefined) {
    throw new InvalidArgumentError("It must be 1 to 16 hexadecimal digits, not all zero, or # and a decimal number.");
  }
  return id;
}

/** Undefined for what is no value id: zero, too large, not hexadecimal (decimal after `#`). */
export function parseValueId(text: string): bigint | undefined {
  const hex = /^(?:0x)?([0-9a-fA-F]{1,16})$/.exec(text)?.[1];
  const decimal = /^#(\d{1,20})$/.exec(text)?.[1];
  const id = hex !== undefined ? BigInt(`0x${hex}`) : BigInt(decimal ?? 0);
  return id > 0n && id < 2n ** 64n ? id : undefined;
}

/** Parser for an option that may be given several times, each time with one `host[:port]`. */
export function collectHosts(text: string, hosts: readonly string[] = []): readonly string[] {
  const target = text.replace(/^=/, ""); // `-b=host` is what some scripts say
  const { host, port } = splitHostPort(target);
  if (host === "" || !port)
    throw new InvalidArgumentError("It must be host or host:port, as in bootstrap.jami.net:4222.");
  return [...hosts, target];
}

/** Parser for an address, or a network of such: what `trustProxy` of a proxy takes. */
export function addressOrNetwork(text: string): string {
  const [, address = "", length] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const bits = isIP(address) === 4 ? 32 : isIP(address) === 6 ? 128 : 0;
  if (!NETWORK_NAMES.includes(text) && !(bits > 0 && (length === undefined || (+length > 0 && +length <= bits))))
    throw new InvalidArgumentError(
      `It must be an address, a network such as 10.0.0.0/8, or ${NETWORK_NAMES.join(", ")}.`,
    );
  return text;
}

/** Stand for what such networks have. */
const NETWORK_NAMES: readonly string[] = ["loopback", "linklocal", "uniquelocal"];

/** Parser for an option that may be given several times. */
export function collect<T>(parse: (text: string) => T): (text: string, earlier?: readonly T[]) => readonly T[] {
  return (text, earlier = []) => [...earlier, parse(text)];
}
