import { renderUnicodeCompact } from "uqr";

/** White on black, whatever the colours of the terminal: so do readers of the code expect it. */
const COLOURS = "\u001b[97;40m";
const RESET = "\u001b[0m";
/** Modules around the code (ISO/IEC 18004 asks for four; two are enough on a screen). */
const BORDER = 2;

/** A text as a QR code in lines for a terminal: two modules in a character, one above the other. */
export function qrCode(text: string): string {
  const rows = renderUnicodeCompact(text, { border: BORDER }).split("\n");
  return rows.map((row) => `${COLOURS}${row}${RESET}`).join("\n");
}
