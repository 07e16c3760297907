import type { PublicKey } from "@hashmere/crypto";

/** Both ids of a key, in hexadecimal. */
export interface KeyIds {
  /** 40 digits: what OpenDHT's tools before 3.5 go by, and print. */
  readonly id: string;
  /** 64 digits: what later ones, and DHTNet, go by. */
  readonly longId: string;
}

export function idsOf(key: PublicKey): KeyIds {
  return { id: Buffer.from(key.shortId()).toString("hex"), longId: Buffer.from(key.longId()).toString("hex") };
}
