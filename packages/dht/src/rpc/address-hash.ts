import type { SockAddr } from "../address/index.ts";

/**
 * A salted 32-bit mix of what an attacker can't choose freely: the whole IPv4 address, the first 64 bits of an IPv6 one
 * (everybody who has one IPv6 address has all the rest). The port doesn't matter.
 */
export function hashNetwork(address: SockAddr, salt: number): number {
  return mix(mix(salt ^ address.family, address.a), address.b);
}

/** A salted 32-bit mix of address and port. */
export function hashAddress(address: SockAddr, salt: number): number {
  let hash = mix(salt ^ address.port, address.a);
  if (address.family === 6) hash = mix(mix(mix(hash, address.b), address.c), address.d);
  return hash;
}

/** Folds one more word into a 32-bit hash (murmur-like multiply and shift). */
export function mix(hash: number, word: number): number {
  let mixed = Math.imul(hash ^ word, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}
