// Source: DHTNet connection protocol, trust store.
import { Certificate, type RevocationList, TrustList } from "@hashmere/crypto";
import { certificateIds } from "./certificate-ids.ts";
import type { CertificateStore } from "./certificate-store.ts";
import { verifyUpToOwnRoot } from "./own-root.ts";

/** What the application has said about a certificate. */
export type PermissionStatus = "UNDEFINED" | "ALLOWED" | "BANNED";

/** Ids about which something was said. */
export const MAX_STATUSES = 16_384;

/**
 * Who may connect: certificates that are allowed, those below them that are banned, and what was revoked. Kept in memory:
 * the application says it anew at each start. Ids are 40 or 64 hexadecimal digits.
 */
export class TrustStore {
  readonly #certificates: CertificateStore;
  readonly #statuses = new Map<string, Exclude<PermissionStatus, "UNDEFINED">>();
  readonly #lists: RevocationList[] = [];

  constructor(certificates: CertificateStore) {
    this.#certificates = certificates;
  }

  /**
   * Says something about a certificate, and about all those below it. One that isn't known yet counts once it is.
   * @param options.local keep a given certificate on disk too. Default true.
   * @throws RangeError when {@link MAX_STATUSES} are said already
   */
  async setCertificateStatus(
    of: Certificate | string,
    status: PermissionStatus,
    { local = true }: { readonly local?: boolean } = {},
  ): Promise<void> {
    if (of instanceof Certificate) await this.#certificates.pinCertificate(of, { local });
    const ids = this.#idsOf(of);
    for (const id of ids) this.#statuses.delete(id);
    if (status === "UNDEFINED") return;
    if (this.#statuses.size >= MAX_STATUSES) throw new RangeError(`a trust store knows at most ${MAX_STATUSES} ids`);
    this.#statuses.set(ids.at(-1) ?? "", status); // the short id, where both are known
  }

  /** BANNED if anything up the chain is, else ALLOWED if anything is; UNDEFINED for a certificate that isn't known. */
  getCertificateStatus(id: string): PermissionStatus {
    const certificate = this.#certificates.getCertificate(id);
    return certificate === undefined ? "UNDEFINED" : this.#statusUpFrom(certificate);
  }

  /** Ids about which this was said. */
  getCertificatesByStatus(status: Exclude<PermissionStatus, "UNDEFINED">): string[] {
    return [...this.#statuses].filter(([, said]) => said === status).map(([id]) => id);
  }

  /**
   * Whether the holder of a certificate may connect: nothing up its chain is banned, something is allowed, and the chain
   * holds (signatures, dates, revocations).
   * @param options.allowPublic anybody may whose chain holds, also one that ends in an authority which nobody allowed
   */
  isAllowed(certificate: Certificate, { allowPublic = false }: { readonly allowPublic?: boolean } = {}): boolean {
    const status = this.#statusUpFrom(certificate);
    if (status === "BANNED" || (status === "UNDEFINED" && !allowPublic)) return false;
    const { isValid, problems } = this.#allowedList().verify(certificate);
    if (isValid || !allowPublic) return isValid;
    return problems.every((problem) => problem === "issuer-unknown") && verifyUpToOwnRoot(certificate).isValid;
  }

  /** What an allowed authority takes back counts from now on. */
  addRevocationList(list: RevocationList): void {
    this.#lists.push(list);
  }

  #statusUpFrom(certificate: Certificate): PermissionStatus {
    let status: PermissionStatus = "UNDEFINED";
    for (const link of certificate.chain()) {
      const said = this.#saidOf(link);
      if (said === "BANNED") return "BANNED";
      if (said === "ALLOWED") status = "ALLOWED";
    }
    return status;
  }

  #saidOf(certificate: Certificate): PermissionStatus | undefined {
    const [long, short] = certificateIds(certificate);
    return this.#statuses.get(short) ?? this.#statuses.get(long);
  }

  #idsOf(of: Certificate | string): readonly string[] {
    if (of instanceof Certificate) return certificateIds(of);
    const certificate = this.#certificates.getCertificate(of);
    return certificate === undefined ? [of.toLowerCase()] : certificateIds(certificate);
  }

  /** Made anew each time: it is asked once for a connection, and what is said may change in between. */
  #allowedList(): TrustList {
    const list = new TrustList({ maxAnchors: MAX_STATUSES });
    for (const id of this.getCertificatesByStatus("ALLOWED")) {
      const allowed = this.#certificates.getCertificate(id);
      if (allowed === undefined) continue;
      this.#certificates.loadRevocations(allowed);
      list.add(allowed);
    }
    for (const revocations of this.#lists) list.add(revocations);
    return list;
  }
}
