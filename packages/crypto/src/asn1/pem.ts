// Source: RFC 7468 (textual encodings), read as leniently as OpenDHT's tools do: anything may stand around the blocks.

const LINE_LENGTH = 64; // RFC 7468 §2
const BEGIN = "-----BEGIN ";

export interface PemBlock {
  readonly label: string;
  readonly der: Uint8Array;
}

/** One PEM block: 64 columns of base64 and a newline at the end. */
export function encodePem(label: string, der: Uint8Array): string {
  const base64 = Buffer.from(der).toString("base64");
  let text = `${BEGIN}${label}-----\n`;
  for (let at = 0; at < base64.length; at += LINE_LENGTH) text += `${base64.slice(at, at + LINE_LENGTH)}\n`;
  return `${text}-----END ${label}-----\n`;
}

/** The text of `data` when it holds a PEM block, wherever it begins; undefined when it must be DER. */
export function pemText(data: Uint8Array | string): string | undefined {
  if (typeof data === "string") return data;
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return bytes.includes(BEGIN) ? bytes.toString("latin1") : undefined;
}

/**
 * All blocks of a text, in order; what stands before, between and after them is skipped.
 * Returns undefined when a block has no end or is not base64 (RFC 1421 headers, as in old protected keys, are not).
 */
export function decodePem(text: string): PemBlock[] | undefined {
  const blocks: PemBlock[] = [];
  for (let at = text.indexOf(BEGIN); at >= 0; at = text.indexOf(BEGIN, at)) {
    const labelEnd = text.indexOf("-----", at + BEGIN.length);
    if (labelEnd < 0) return undefined;
    const label = text.slice(at + BEGIN.length, labelEnd);
    const end = text.indexOf(`-----END ${label}-----`, labelEnd);
    if (end < 0) return undefined;
    const base64 = text.slice(labelEnd + 5, end).replace(/\s+/g, "");
    if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return undefined;
    blocks.push({ label, der: new Uint8Array(Buffer.from(base64, "base64")) });
    at = end;
  }
  return blocks;
}
