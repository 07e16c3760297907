// Source: OpenDHT crypto layer §9, secure layer around a node.
import { type Certificate, certificateKeys, type Identity, type PublicKey, type TrustList } from "@hashmere/crypto";
import { InfoHash } from "../id/index.ts";
import {
  combinedStatus,
  type GetOptions,
  type ListenOptions,
  type NodeOperations,
  type Operation,
  type PutOperation,
  type PutOptions,
  type QueryOptions,
} from "../node/index.ts";
import { type RandomSource, randomId64 } from "../random/index.ts";
import { CertificateValue, type Query, type Value } from "../value/index.ts";
import { Admission, type DroppedValues } from "./admission.ts";
import { CertificateLookup, type CertificateStore } from "./certificate-lookup.ts";
import { EncryptedPut } from "./encrypted-put.ts";
import type { SecurityError } from "./errors.ts";
import { isIdOf, type KeyId, KnownKeys } from "./known-keys.ts";
import type { SecurePutOptions } from "./put-options.ts";
import { Reading } from "./reading.ts";
import { SecureGet } from "./secure-get.ts";
import { SecureListen } from "./secure-listen.ts";
import type { Recipient, SecureOperations } from "./secure-operations.ts";
import { SignedPut } from "./signed-put.ts";
import { UndecidedBudget } from "./undecided-budget.ts";
import type { ValueSecurity } from "./value-security.ts";

export interface SecureNodeOptions {
  readonly node: NodeOperations;
  /** With the private key of the identity; the node should check signatures by it too. */
  readonly security: ValueSecurity;
  readonly random: RandomSource;
  /** Whose certificate is published. Default: nobody's. */
  readonly identity?: Identity | undefined;
  /** Remember the owners of all signed values found, not just of those encrypted for us. Default false. */
  readonly cacheAllKeys?: boolean | undefined;
  readonly certificateStore?: CertificateStore | undefined;
  /** Found certificates must be trusted by it. Default: the right key is enough. */
  readonly trust?: TrustList | undefined;
  /** The certificate was published for the first time, or (not `ok`) nobody took it. */
  onIdentityAnnounced?(ok: boolean): void;
}

/**
 * A node that signs and encrypts what it puts, and delivers nothing that is forged or meant for others. What is plain
 * stays as it is. Without an identity it checks signatures, and that is all.
 */
export class SecureNode implements SecureOperations {
  /** Asked for certificates before the network is. */
  certificateStore: CertificateStore | undefined;
  readonly #options: SecureNodeOptions;
  readonly #node: NodeOperations;
  readonly #security: ValueSecurity;
  readonly #known = new KnownKeys();
  readonly #admission: Admission;
  readonly #budget = new UndecidedBudget();
  #isAnnounced = false;

  constructor(options: SecureNodeOptions) {
    this.#options = options;
    this.#node = options.node;
    this.#security = options.security;
    this.certificateStore = options.certificateStore;
    this.#admission = new Admission({
      security: options.security,
      onOwner: (value, isPersonal) => this.#onOwner(value, isPersonal),
    });
  }

  /** What is encrypted for others is delivered as it is, instead of dropped. */
  set forwardsAll(forwardsAll: boolean) {
    this.#admission.forwardsAll = forwardsAll;
  }

  get publicKey(): PublicKey | undefined {
    return this.#security.publicKey;
  }

  /** Short id of our public key; zero without one. */
  get id(): InfoHash {
    const { publicKey } = this;
    return publicKey === undefined ? InfoHash.zero : InfoHash.fromBytes(publicKey.shortId());
  }

  /** Values found that were not delivered, by what was wrong with them. */
  get dropped(): DroppedValues {
    return this.#admission.dropped;
  }

  /** To be called when the node's status has changed: connected for the first time, it publishes its certificate. */
  onStatus(): void {
    const { identity } = this.#options;
    if (identity === undefined || this.#isAnnounced) return;
    if (combinedStatus(this.#node.status4, this.#node.status6) !== "connected") return;
    this.#isAnnounced = true;
    this.#publish(identity.certificate);
  }

  // ---- operations ----

  /** Like the node's own, but values are checked and decrypted before the filter sees them. */
  get(key: InfoHash, options: GetOptions): Operation {
    return new SecureGet(this.#node, options, (deliver) => this.#read(deliver)).start(key);
  }

  listen(key: InfoHash, options: ListenOptions): Operation {
    return new SecureListen(this.#node, options, (deliver) => this.#read(deliver)).start(key);
  }

  query(key: InfoHash, query: Query, options: QueryOptions): Operation {
    return this.#node.query(key, query, options);
  }

  put(key: InfoHash, value: Value, options: PutOptions = {}): PutOperation {
    return this.#node.put(key, value, options);
  }

  /** Puts a value signed by us: as the next version of the one that we have put under its id, if any. */
  putSigned(key: InfoHash, value: Value, options: SecurePutOptions = {}): PutOperation {
    const put = new SignedPut(this.#node, this.#security, key, this.#withId(value), options);
    return put.start((at, getOptions) => this.get(at, getOptions));
  }

  /** Puts a value that only the recipient can read. Use a fresh id: no node replaces an encrypted value. */
  putEncrypted(key: InfoHash, to: Recipient, value: Value, options: SecurePutOptions = {}): PutOperation {
    const put = new EncryptedPut(this.#node, this.#security, key, this.#withId(value), options);
    return put.start(to, (id, onDone) => this.findPublicKey(id, onDone));
  }

  // ---- keys and certificates ----

  findCertificate(id: KeyId, onDone: (found: Certificate | SecurityError) => void): Operation {
    const sources = {
      node: this.#node,
      known: this.#known,
      own: this.#options.identity?.certificate,
      store: this.certificateStore,
      trust: this.#options.trust,
    };
    return new CertificateLookup(sources, id, onDone).start();
  }

  findPublicKey(id: KeyId, onDone: (found: PublicKey | SecurityError) => void): Operation {
    const { publicKey } = this;
    const known = publicKey !== undefined && isIdOf(id, publicKey) ? publicKey : this.#known.key(id);
    // A key that just showed up on a value proves nothing to somebody who asks for trusted certificates.
    if (known !== undefined && (known === publicKey || this.#options.trust === undefined)) {
      onDone(known);
      return { cancel: () => {} };
    }
    return this.findCertificate(id, (found) => onDone(found instanceof Error ? found : found.publicKey));
  }

  registerCertificate(certificate: Certificate): void {
    this.#known.addCertificate(certificate);
  }

  #read(deliver: (values: readonly Value[], expired: boolean) => void): Reading {
    return new Reading(this.#admission, this.#budget, deliver);
  }

  #onOwner(value: Value, isPersonal: boolean): void {
    if (!isPersonal && !this.#options.cacheAllKeys) return;
    const key = this.#security.owners.of(value);
    if (key !== undefined) this.#known.add(key);
  }

  #withId(value: Value): Value {
    return value.id === 0n ? value.withId(randomId64(this.#options.random)) : value;
  }

  /** At both places: nodes of OpenDHT up to 3.4 look at the one, later ones at the other. */
  #publish(certificate: Certificate): void {
    const value = CertificateValue.encode(certificate.pem());
    const places = certificateKeys(certificate.publicKey);
    let waitsFor = places.length;
    let isOk = false;
    for (const place of places) {
      this.#node.put(InfoHash.fromBytes(place), value, {
        permanent: true,
        onDone: ({ ok }) => {
          isOk ||= ok;
          if (--waitsFor === 0) this.#options.onIdentityAnnounced?.(isOk);
        },
      });
    }
  }
}
