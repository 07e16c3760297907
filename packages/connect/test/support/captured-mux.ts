// The plain text of two links between real DHTNet peers.
import { readFileSync } from "node:fs";

interface CapturedFrame {
  readonly tls_side: "client" | "server";
  readonly raw?: string;
  readonly channel?: number;
  readonly data_len?: number;
  readonly tls_alert?: string;
}

export interface MuxFrame {
  readonly side: "client" | "server";
  readonly hex: string;
  readonly bytes: Buffer;
  readonly channel: number;
  readonly length: number;
}

const file: Record<"session1" | "session2_mux", { readonly mux: readonly CapturedFrame[] }> = JSON.parse(
  readFileSync(new URL("../vectors/dhtnet.json", import.meta.url), "utf8"),
);

/** The frames of both links in the order in which they were sent. */
export const captured: readonly MuxFrame[] = [...file.session1.mux, ...file.session2_mux.mux].flatMap(toFrame);
export const longerSession: readonly MuxFrame[] = file.session2_mux.mux.flatMap(toFrame);

function toFrame({ tls_side: side, raw, channel, data_len: length }: CapturedFrame): MuxFrame[] {
  if (raw === undefined || channel === undefined || length === undefined) return []; // a TLS alert
  const bytes = raw.includes("…") ? abridged(raw, length) : Buffer.from(raw, "hex");
  return [{ side, hex: raw, bytes, channel, length }];
}

/** Two long frames are cut short in the file: together they hold 100,000 bytes, byte i being 7·i mod 256. */
function abridged(raw: string, length: number): Buffer {
  const header = Buffer.from(raw.slice(0, 14), "hex");
  const offset = length === 65_535 ? 0 : 65_535;
  return Buffer.concat([header, Buffer.from(Array.from({ length }, (_, i) => (7 * (i + offset)) % 256))]);
}
