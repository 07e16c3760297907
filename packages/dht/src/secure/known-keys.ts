import type { Certificate, PublicKey } from "@hashmere/crypto";
import { InfoHash, PkId } from "../id/index.ts";
import { RecentMap } from "./recent-map.ts";

/** The short or the long id of a public key. Certificates of OpenDHT before 3.5 are found by the short one alone. */
export type KeyId = InfoHash | PkId;

/** Keys, and certificates, that are remembered. */
const MAX_KNOWN_KEYS = 1024;

/** Public keys and certificates met so far, by short and by long id. */
export class KnownKeys {
  // Each has two ids.
  readonly #keys = new RecentMap<string, PublicKey>(2 * MAX_KNOWN_KEYS);
  readonly #certificates = new RecentMap<string, Certificate>(2 * MAX_KNOWN_KEYS);

  add(key: PublicKey): void {
    for (const id of idsOf(key)) this.#keys.set(id.toString(), key);
  }

  addCertificate(certificate: Certificate): void {
    for (const id of idsOf(certificate.publicKey)) this.#certificates.set(id.toString(), certificate);
  }

  key(id: KeyId): PublicKey | undefined {
    return this.#keys.get(id.toString());
  }

  certificate(id: KeyId): Certificate | undefined {
    return this.#certificates.get(id.toString());
  }
}

/** Whether an id, short or long, is that of the key. */
export function isIdOf(id: KeyId, key: PublicKey): boolean {
  return idsOf(key).some((own) => own.equals(id));
}

function idsOf(key: PublicKey): readonly KeyId[] {
  return [InfoHash.fromBytes(key.shortId()), PkId.fromBytes(key.longId())];
}
