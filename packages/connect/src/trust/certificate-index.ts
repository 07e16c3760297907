import { Certificate } from "@hashmere/crypto";
import { certificateIds, longIdOf } from "./certificate-ids.ts";

/** Certificates by each of their two ids, in hexadecimal. Chains that came apart are linked again when they are asked for. */
export class CertificateIndex {
  readonly #certificates = new Map<string, Certificate>();

  get size(): number {
    return this.#certificates.size;
  }

  keys(): IterableIterator<string> {
    return this.#certificates.keys();
  }

  has(id: string): boolean {
    return this.#certificates.has(id);
  }

  /** Each certificate once. */
  *values(): Generator<Certificate> {
    for (const [id, certificate] of this.#certificates) {
      const longId = longIdOf(certificate);
      if (id === longId || !this.#certificates.has(longId)) yield certificate;
    }
  }

  /** The certificate with as much of its chain as is known. */
  get(id: string): Certificate | undefined {
    const found = this.#certificates.get(id);
    return found && this.#linked(found);
  }

  /** Every certificate of the chain, in place of those known by the same ids. Returns their ids, the leaf's first. */
  add(certificate: Certificate): string[] {
    const ids: string[] = [];
    for (const link of certificate.chain()) {
      for (const id of certificateIds(link)) {
        this.#certificates.set(id, link);
        ids.push(id);
      }
    }
    return ids;
  }

  delete(id: string): boolean {
    return this.#certificates.delete(id);
  }

  /** The name of an issuer tells its id (DHTNet connection protocol, certificate store). */
  #linked(certificate: Certificate): Certificate {
    const chain = certificate.chain();
    const top = chain.at(-1) ?? certificate;
    const issuer = top.issuerName.uid === top.subject.uid ? undefined : this.#certificates.get(top.issuerName.uid);
    if (issuer === undefined || !top.namesIssuer(issuer) || chain.some((link) => link.equals(issuer))) {
      return certificate;
    }
    const whole = linkUnder(chain, issuer);
    this.add(whole);
    return this.#linked(whole);
  }
}

function linkUnder(chain: readonly Certificate[], issuer: Certificate): Certificate {
  return chain.reduceRight((above, { der, revocationLists }) => {
    const certificate = Certificate.issued(der, above);
    for (const list of revocationLists) certificate.addRevocationList(list);
    return certificate;
  }, issuer);
}
