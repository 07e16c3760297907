const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What bytes from elsewhere are stored as: text where they are UTF-8, so that Python readers get a `str`. */
export function textOrBytes(bytes: Uint8Array): string | Uint8Array {
  try {
    return utf8.decode(bytes);
  } catch {
    return new Uint8Array(bytes);
  }
}
