import { generateCertificate, type Identity, type PrivateKey } from "@hashmere/crypto";
import { keyOf } from "./vectors.ts";

/** Keys take long to make: tests use those of the vectors, under certificates of their own. */
export const KEYS = {
  ca: keyOf("identity/ca"),
  account: keyOf("identity/account"),
  device: keyOf("identity/device"),
  device2: keyOf("identity/device2"),
} as const satisfies Record<string, PrivateKey>;

/** An authority, an account under it, and two devices of the account. */
export async function makeFamily(now = new Date()): Promise<Record<keyof typeof KEYS, Identity>> {
  const ca = { key: KEYS.ca, certificate: await generateCertificate(KEYS.ca, { name: "CA", now }) };
  const account = {
    key: KEYS.account,
    certificate: await generateCertificate(KEYS.account, { name: "Account", issuer: ca, isCa: true, now }),
  };
  const device = {
    key: KEYS.device,
    certificate: await generateCertificate(KEYS.device, { name: "Device", issuer: account, now }),
  };
  const device2 = {
    key: KEYS.device2,
    certificate: await generateCertificate(KEYS.device2, { name: "Device 2", issuer: account, now }),
  };
  return { ca, account, device, device2 };
}
