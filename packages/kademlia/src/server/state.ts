import { type HostAndPort, parseHostAndPort } from "../address/index.ts";
import { StateFileError } from "../errors/index.ts";
import { NodeId } from "../id/index.ts";
import type { Publication } from "../node/index.ts";
import type { Pair } from "../storage/index.ts";
import { PackedValue } from "../value/index.ts";

const FORMAT = "hashmere-kademlia";
const VERSION = 1;

/** All that a server needs to go on where it stopped. */
export interface ServerState {
  readonly id: NodeId;
  readonly k: number;
  readonly alpha: number;
  readonly neighbours: readonly HostAndPort[];
  /** What this server's user stored and wants kept. */
  readonly publications: readonly Publication[];
  /** What it holds for others; empty where the storage keeps that by itself. */
  readonly pairs: readonly Pair[];
}

/** As JSON: ids in hexadecimal, values as Base64 of their MessagePack form, times in Unix ms. */
export function stringifyState({ id, k, alpha, neighbours, publications, pairs }: ServerState): string {
  const withText = <T extends { readonly value: PackedValue }>(entry: T) => ({
    ...entry,
    value: Buffer.from(entry.value.bytes).toString("base64"),
  });
  const state = {
    format: FORMAT,
    version: VERSION,
    id,
    k,
    alpha,
    neighbours: neighbours.map(({ host, port }) => (host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`)),
    publications: publications.map(withText),
    pairs: pairs.map(withText),
  };
  return `${JSON.stringify(state, null, 1)}\n`;
}

/** @throws StateFileError for anything else than what `stringifyState` gives */
export function parseState(text: string): ServerState {
  try {
    const state = new Fields(JSON.parse(text));
    if (state.text("format") !== FORMAT || state.number("version") !== VERSION) {
      throw new StateFileError(`this is no "${FORMAT}" of version ${VERSION}`);
    }
    return {
      id: state.id("id"),
      k: state.number("k"),
      alpha: state.number("alpha"),
      neighbours: state.list("neighbours").map((text) => parseHostAndPort(String(text), 0)),
      publications: state.list("publications").map((entry) => {
        const fields = new Fields(entry);
        return {
          ...fields.keyAndValue(),
          publishedAt: fields.number("publishedAt"),
          republishAt: fields.number("republishAt"),
        };
      }),
      pairs: state.list("pairs").map((entry) => {
        const fields = new Fields(entry);
        return {
          ...fields.keyAndValue(),
          publishedAt: fields.number("publishedAt"),
          expiresAt: fields.number("expiresAt"),
          replicateAt: fields.number("replicateAt"),
        };
      }),
    };
  } catch (error) {
    throw new StateFileError(`this state cannot be read (${error instanceof Error ? error.message : error})`, {
      cause: error,
    });
  }
}

/** An object from JSON, whose fields are looked at before they are believed. */
class Fields {
  readonly #fields: ReadonlyMap<string, unknown>;

  constructor(object: unknown) {
    this.#fields = new Map(Object.entries(object ?? {}));
  }

  text(name: string): string {
    const value = this.#fields.get(name);
    if (typeof value !== "string") throw new StateFileError(`"${name}" is not text`);
    return value;
  }

  number(name: string): number {
    const value = this.#fields.get(name);
    if (typeof value !== "number") throw new StateFileError(`"${name}" is not a number`);
    return value;
  }

  list(name: string): readonly unknown[] {
    const value = this.#fields.get(name);
    if (!Array.isArray(value)) throw new StateFileError(`"${name}" is not a list`);
    return value;
  }

  id(name: string): NodeId {
    return NodeId.fromHex(this.text(name));
  }

  keyAndValue(): { readonly key: NodeId; readonly value: PackedValue } {
    return { key: this.id("key"), value: PackedValue.fromBytes(Buffer.from(this.text("value"), "base64")) };
  }
}
