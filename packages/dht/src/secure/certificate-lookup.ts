// Source: OpenDHT crypto layer §9.3, finding a certificate.
import { Certificate, type TrustList } from "@hashmere/crypto";
import { InfoHash, PkId } from "../id/index.ts";
import { Reader } from "../msgpack/index.ts";
import type { NodeOperations, Operation } from "../node/index.ts";
import { CERTIFICATE, type Value, Where } from "../value/index.ts";
import { SecurityError } from "./errors.ts";
import { isIdOf, type KeyId, type KnownKeys } from "./known-keys.ts";

/** The application's own certificates: those it has for a key, the best first. */
export type CertificateStore = (id: KeyId) => readonly Certificate[] | Promise<readonly Certificate[]>;

/** Anybody can put certificates for a key that is not his; so many of them are looked at. */
export const MAX_CERTIFICATES_TRIED = 64;

/** Where certificates may be found, and which are taken. */
export interface CertificateSources {
  readonly node: NodeOperations;
  readonly known: KnownKeys;
  readonly own: Certificate | undefined;
  readonly store: CertificateStore | undefined;
  /** Takes only certificates whose chain it trusts. Without one: any certificate of the key. */
  readonly trust: TrustList | undefined;
}

/** Looks for the certificate of a key: here, in the application's store, and then in the network. */
export class CertificateLookup implements Operation {
  readonly #sources: CertificateSources;
  readonly #id: KeyId;
  readonly #onDone: (found: Certificate | SecurityError) => void;
  #failure: SecurityError | undefined;
  #search: Operation | undefined;
  #tried = 0;
  #isOver = false;

  constructor(sources: CertificateSources, id: KeyId, onDone: (found: Certificate | SecurityError) => void) {
    this.#sources = sources;
    this.#id = id;
    this.#onDone = onDone;
  }

  start(): this {
    const { own, known, store } = this.#sources;
    if (own !== undefined && isIdOf(this.#id, own.publicKey)) this.#finish(own);
    else if (!this.#takeAny([known.certificate(this.#id)])) {
      if (store === undefined) this.#searchNetwork();
      else void this.#askStore(store);
    }
    return this;
  }

  cancel(): void {
    this.#isOver = true;
    this.#search?.cancel();
  }

  async #askStore(store: CertificateStore): Promise<void> {
    const found = await Promise.resolve(this.#id)
      .then(store)
      .catch(() => []); // the network may still know
    if (!this.#isOver && !this.#takeAny(found)) this.#searchNetwork();
  }

  #searchNetwork(): void {
    const id = this.#id;
    const place = id instanceof PkId ? InfoHash.get(id) : id;
    this.#search = this.#sources.node.get(place, {
      where: Where.all.valueType(CERTIFICATE.id),
      urgent: true,
      onValues: (values) => !this.#isOver && !this.#takeAny(this.#certificatesIn(values)),
      onDone: () => this.#finish(this.#failure ?? notFound(id)),
    });
  }

  *#certificatesIn(values: readonly Value[]): Generator<Certificate | undefined> {
    for (const value of values) if (++this.#tried <= MAX_CERTIFICATES_TRIED) yield certificateIn(value);
  }

  /** Takes the first that fits; false when there is none. */
  #takeAny(candidates: Iterable<Certificate | undefined>): boolean {
    for (const candidate of candidates) {
      if (candidate === undefined) continue;
      if (!isIdOf(this.#id, candidate.publicKey)) {
        this.#failure ??= mismatch(this.#id);
        continue;
      }
      const distrust = this.#sources.trust && distrustOf(candidate, this.#sources.trust);
      if (distrust === undefined) {
        this.#sources.known.addCertificate(candidate);
        this.#finish(candidate);
        return true;
      }
      this.#failure = distrust;
    }
    return false;
  }

  #finish(found: Certificate | SecurityError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#sources.node.callUser(() => this.#onDone(found));
  }
}

/** The chain in a value: PEM or DER, packed as it should be or not. */
function certificateIn({ data }: Value): Certificate | undefined {
  const reader = new Reader(data);
  const chain = reader.readBlob();
  try {
    return Certificate.from(reader.failed ? data : chain);
  } catch {
    return undefined;
  }
}

function distrustOf(certificate: Certificate, trust: TrustList): SecurityError | undefined {
  const verdict = trust.verify(certificate);
  if (verdict.isValid) return undefined;
  const isRevoked = verdict.problems.includes("revoked");
  const isExpired = verdict.problems.includes("expired");
  const code = isRevoked
    ? "ERR_CERTIFICATE_REVOKED"
    : isExpired
      ? "ERR_CERTIFICATE_EXPIRED"
      : "ERR_CERTIFICATE_UNTRUSTED";
  return new SecurityError(code, `${verdict}`);
}

function mismatch(id: KeyId): SecurityError {
  return new SecurityError(
    "ERR_CERTIFICATE_MISMATCH",
    `only certificates of other keys were found for ${id}: somebody may be putting them there`,
  );
}

function notFound(id: KeyId): SecurityError {
  return new SecurityError(
    "ERR_CERTIFICATE_NOT_FOUND",
    `no certificate for ${id}: is its owner online, or is the id one of another generation (40 or 64 digits)?`,
  );
}
