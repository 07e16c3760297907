// Source: RFC 8017 §7.2.2 (RSAES-PKCS1-v1_5). Node.js either refuses this padding for decryption or hides its
// errors, depending on the version, so the raw block is decrypted without padding and taken apart here.

/** 0x00 0x02 and at least eight padding bytes, then the separator. */
const FIRST_SEPARATOR = 10;

/**
 * Where the message begins in a decrypted block, or -1 when the padding is wrong.
 * Looks at every byte whatever it finds: the time taken says nothing about the content.
 */
export function messageOffset(block: Uint8Array): number {
  let separator = 0;
  let searching = 1;
  for (let index = 2; index < block.length; index++) {
    const isZero = ((block[index] ?? 0) - 1) >>> 31;
    separator |= index & -(isZero & searching);
    searching &= isZero ^ 1;
  }
  const wrongPrefix = (block[0] ?? 1) | ((block[1] ?? 0) ^ 2);
  const isGood = ((wrongPrefix - 1) >>> 31) & (searching ^ 1) & ((FIRST_SEPARATOR - 1 - separator) >>> 31);
  return (separator + 2) * isGood - 1;
}
