/** Bits of the families that a find or get asks for. */
export const WANT_IPV4 = 1;
export const WANT_IPV6 = 2;
