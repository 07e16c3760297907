const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Above this, the platform's decoder is faster than a loop. */
const SHORT_TEXT_BYTES = 24;

/** UTF-8 bytes from `start` to `end` as text; what isn't UTF-8 becomes U+FFFD. */
export function decodeText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start <= SHORT_TEXT_BYTES) {
    let text = "";
    for (let i = start; i < end; i++) {
      const byte = bytes[i] ?? 0;
      if (byte >= 0x80) return decoder.decode(bytes.subarray(start, end));
      text += String.fromCharCode(byte);
    }
    return text;
  }
  return decoder.decode(bytes.subarray(start, end));
}

/** The text in UTF-8. */
export function encodeText(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** Bytes that the text takes in UTF-8. */
export function textLength(text: string): number {
  const length = text.length;
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) >= 0x80) return encoder.encode(text).length;
  }
  return length;
}

/** A few texts that come again and again, recognised by their bytes so that no new string is made. */
export class KnownTexts {
  readonly #texts: readonly { readonly text: string; readonly bytes: Uint8Array }[];

  constructor(...texts: readonly string[]) {
    this.#texts = texts.map((text) => ({ text, bytes: encoder.encode(text) }));
  }

  /** The text that these bytes are, if it is a known one. */
  find(bytes: Uint8Array, start: number, length: number): string | undefined {
    for (const known of this.#texts) {
      if (known.bytes.length === length && startsAt(bytes, start, known.bytes)) return known.text;
    }
    return undefined;
  }
}

function startsAt(bytes: Uint8Array, start: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[start + i] !== wanted[i]) return false;
  return true;
}
