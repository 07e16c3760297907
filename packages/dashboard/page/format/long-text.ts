/** So much of a name or a key stands in a sentence. */
const MOST_IN_SENTENCES = 60;

/** A text that others write, short enough for a sentence. */
export function beginningOf(text: string, most = MOST_IN_SENTENCES): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}
