/** Bytes as a text with a character for each: a small typed array takes 200 bytes more than such a text. */
export function textOf(bytes: Uint8Array): string {
  // The types know arrays of numbers only; the language takes whatever has a length and elements.
  return String.fromCharCode.apply(undefined, bytes as unknown as number[]);
}

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
