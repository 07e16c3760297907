/**
 * Text of strangers as a terminal may show it: control characters, which could move the cursor or worse, are spelt out
 * (`\\n`, `\\x1b`).
 */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, spell);
}

/** The same for text of many lines: line breaks and tabs stay. */
export function printableLines(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, spell);
}

const NAMES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function spell(character: string): string {
  return NAMES[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
