// Source: DHTNet connection protocol, certificate store.
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Certificate, CertificateStatus, OcspResponse, RevocationList } from "@hashmere/crypto";
import { ConnectError } from "../errors/index.ts";
import { CertificateFolder, importCertificates } from "./certificate-folder.ts";
import { longIdOf, shortIdOf } from "./certificate-ids.ts";
import { CertificateIndex } from "./certificate-index.ts";
import { OcspFolder } from "./ocsp-folder.ts";
import { RevocationFolder } from "./revocation-folder.ts";

/** Ids under which certificates are kept: each has two. */
export const MAX_PINNED_IDS = 65_536;

/** How a store keeps its certificates. */
export interface CertificateStoreOptions {
  /** Of the folders that are made. Default 0o755: certificates are public. */
  readonly mode?: number | undefined;
  /** Default {@link MAX_PINNED_IDS}. */
  readonly maxIds?: number | undefined;
}

/**
 * Certificates of devices and accounts, with what was revoked; in memory, or in a folder that DHTNet's own tools read and
 * write too. Ids are 40 or 64 hexadecimal digits.
 */
export class CertificateStore {
  readonly #index = new CertificateIndex();
  /** Imported from paths: known, but not kept. By path, the ids that it brought. */
  readonly #imported = new Map<string, readonly string[]>();
  readonly #trusted = new Map<string, Certificate>();
  readonly #maxIds: number;
  readonly #certificates: CertificateFolder | undefined;
  readonly #revocations: RevocationFolder;
  readonly #ocsp: OcspFolder;

  private constructor(path: string | undefined, { maxIds = MAX_PINNED_IDS }: CertificateStoreOptions) {
    this.#maxIds = maxIds;
    this.#certificates = path === undefined ? undefined : new CertificateFolder(join(path, "certificates"));
    this.#revocations = new RevocationFolder(path && join(path, "crls"));
    this.#ocsp = new OcspFolder(path && join(path, "oscp")); // spelled like this by all who read it
  }

  /**
   * Makes the folders that aren't there and reads what is in them. A file whose name isn't the id of the certificate in
   * it is deleted. Without a path, nothing is kept.
   */
  static async open(path?: string, options: CertificateStoreOptions = {}): Promise<CertificateStore> {
    const store = new CertificateStore(path, options);
    if (path === undefined) return store;
    for (const name of ["certificates", "crls", "oscp"]) {
      const made = await mkdir(join(path, name), { recursive: true });
      if (made !== undefined) await chmod(made, options.mode ?? 0o755); // whatever the umask is
    }
    for await (const certificate of store.#certificates?.load() ?? []) {
      if (store.#index.size < store.#maxIds) store.#index.add(certificate);
    }
    await store.#revocations.load();
    return store;
  }

  /** The certificate with as much of its chain as is known here. */
  getCertificate(id: string): Certificate | undefined {
    return this.#index.get(id.toLowerCase());
  }

  /** All ids: one certificate has two. */
  getPinnedCertificates(): string[] {
    return [...this.#index.keys()];
  }

  /**
   * Keeps a certificate and its chain, on disk too if `local`. Returns the ids: long and short, from the leaf up.
   * @throws ConnectError `ERR_LIMIT` when the store is full
   */
  async pinCertificate(certificate: Certificate, { local = true } = {}): Promise<readonly string[]> {
    const isNew = certificate.chain().some((link) => !this.#index.has(longIdOf(link)));
    if (isNew && this.#index.size >= this.#maxIds) throw full(this.#maxIds);
    const ids = this.#index.add(certificate);
    if (!local) return ids;
    if (isNew) await this.#certificates?.save(certificate);
    for (const link of certificate.chain()) {
      for (const list of link.revocationLists) await this.pinRevocationList(shortIdOf(link), list);
    }
    return ids;
  }

  /** Forgets one id of a certificate, and the file of that name. False when it wasn't known. */
  async unpinCertificate(id: string): Promise<boolean> {
    const key = id.toLowerCase();
    await this.#certificates?.remove(key);
    return this.#index.delete(key);
  }

  /** Reads every certificate in a file, or in all files below a folder, without keeping them on disk. */
  async pinCertificatePath(path: string): Promise<readonly string[]> {
    const ids: string[] = [];
    for await (const certificate of importCertificates(path)) {
      if (this.#index.size < this.#maxIds) ids.push(...this.#index.add(certificate));
    }
    this.#imported.set(path, ids);
    return ids;
  }

  /** Forgets what `pinCertificatePath` read. Returns how many ids that were. */
  unpinCertificatePath(path: string): number {
    const ids = this.#imported.get(path) ?? [];
    this.#imported.delete(path);
    return ids.filter((id) => this.#index.delete(id)).length;
  }

  findCertificateByName(commonName: string): Certificate | undefined {
    return this.#find((certificate) => certificate.subject.commonName === commonName);
  }

  findCertificateByUid(uid: string): Certificate | undefined {
    return this.#find((certificate) => certificate.subject.uid === uid);
  }

  /** Who signed a certificate: by its chain, or by any key known here that fits. */
  findIssuer(certificate: Certificate): Certificate | undefined {
    return (
      certificate.issuer ??
      this.#find((other) => certificate.namesIssuer(other) && certificate.isSignedBy(other.publicKey))
    );
  }

  /** Roots that the application trusts by themselves. False when the certificate isn't known. */
  setTrustedCertificate(id: string, isTrusted: boolean): boolean {
    const certificate = this.getCertificate(id);
    if (certificate === undefined) return false;
    if (isTrusted) this.#trusted.set(longIdOf(certificate), certificate);
    else this.#trusted.delete(longIdOf(certificate));
    return true;
  }

  getTrustedCertificates(): readonly Certificate[] {
    return [...this.#trusted.values()];
  }

  /**
   * Keeps a revocation list of the authority with that short id; the same list twice is one.
   * @throws ConnectError `ERR_INVALID_ID`
   */
  async pinRevocationList(id: string, list: RevocationList): Promise<void> {
    if (!/^[0-9a-f]{40}$/i.test(id))
      throw new ConnectError("ERR_INVALID_ID", `"${id}" is no short id: 40 hexadecimal digits`);
    await this.#revocations.add(id.toLowerCase(), list);
  }

  /** Forgets that very list, and no other. False when it wasn't known. */
  async unpinRevocationList(id: string, list: RevocationList): Promise<boolean> {
    return this.#revocations.remove(id.toLowerCase(), list);
  }

  getRevocationLists(id: string): readonly RevocationList[] {
    return this.#revocations.of(id.toLowerCase());
  }

  /** Attaches the lists known here to the authorities of a chain. */
  loadRevocations(certificate: Certificate): void {
    for (const link of certificate.chain()) {
      for (const list of this.#revocations.of(shortIdOf(link))) if (list.isSignedBy(link)) link.addRevocationList(list);
    }
  }

  /** Keeps what a responder said about a certificate. */
  async pinOcspResponse(certificate: Certificate, response: OcspResponse): Promise<void> {
    await this.#ocsp.save(certificate, response);
  }

  /** What is known of a certificate from its responder; undefined when nothing is known, or nothing that holds today. */
  async ocspStatus(certificate: Certificate): Promise<CertificateStatus | undefined> {
    return this.#ocsp.statusOf(certificate);
  }

  #find(matches: (certificate: Certificate) => boolean): Certificate | undefined {
    for (const certificate of this.#index.values()) if (matches(certificate)) return certificate;
    return undefined;
  }
}

function full(limit: number): ConnectError {
  return new ConnectError("ERR_LIMIT", `the certificate store holds at most ${limit} ids`, {
    hint: "Unpin certificates that are needed no more.",
  });
}
