import { readFileSync } from "node:fs";
import { Float, type Value } from "../../src/value/index.ts";

/** A payload as the vector file writes it: one key, which is the type. */
export type Tagged =
  | { readonly int: string }
  | { readonly float64: string }
  | { readonly str: string }
  | { readonly bin: string }
  | { readonly bool: boolean }
  | { readonly nil: null }
  | { readonly array: readonly Tagged[] }
  | { readonly map: readonly (readonly [Tagged, Tagged])[] };

export interface CapturedDatagram {
  readonly from: string;
  readonly to: string;
  readonly datagram_hex: string;
  readonly type: number;
  readonly message_id: string;
  readonly payload_hex: string;
  readonly payload: Tagged;
}

export interface Vectors {
  readonly rpc: readonly {
    readonly name: string;
    readonly request: CapturedDatagram;
    readonly response: CapturedDatagram;
  }[];
  readonly key_digests: readonly { readonly key: Tagged; readonly digest: string }[];
  readonly routing_tables: readonly {
    readonly own_id: string;
    readonly k: number;
    readonly insert_order: readonly string[];
    readonly find_neighbors: readonly { readonly target: string; readonly true_closest: readonly string[] }[];
  }[];
  readonly malformed: {
    readonly server_id: string;
    readonly prober_id: string;
    readonly cases: readonly {
      readonly name: string;
      readonly datagram_hex: string;
      readonly length: number;
      readonly answered: boolean;
      readonly sender_added_to_routing_table: boolean;
      readonly keys_stored: number;
    }[];
  };
  readonly hostile_answers: readonly {
    readonly answer_to: "find_node" | "find_value";
    readonly name: string;
    readonly payload_hex: string;
  }[];
  readonly handover: readonly {
    readonly own_id: string;
    readonly k: number;
    readonly neighbors: readonly string[];
    readonly new_node: string;
    readonly stored_keys: readonly string[];
    readonly handed_over_by_paper_rule: readonly string[];
  }[];
}

/** Captured from the real library; see the file's own remarks. */
export const vectors: Vectors = JSON.parse(
  readFileSync(new URL("../vectors/kademlia-rpcudp.json", import.meta.url), "utf8"),
);

export function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"));
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** The value that a tagged scalar stands for. */
export function valueOfTag(tagged: Tagged): Value {
  if ("str" in tagged) return tagged.str;
  if ("bin" in tagged) return bytesOf(tagged.bin);
  if ("bool" in tagged) return tagged.bool;
  if ("float64" in tagged) return Float.unwrapped(Number(tagged.float64));
  if ("int" in tagged) {
    const integer = BigInt(tagged.int);
    return Number.isSafeInteger(Number(integer)) ? Number(integer) : integer;
  }
  throw new TypeError("not a scalar");
}
