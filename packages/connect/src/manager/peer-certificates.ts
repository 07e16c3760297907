import type { Certificate } from "@hashmere/crypto";
import type { KeyId, Scheduler } from "@hashmere/dht";
import { ConnectError } from "../errors/index.ts";
import type { SignallingDht } from "../signalling/index.ts";
import type { CertificateStore } from "../trust/index.ts";
import { delay } from "./delay.ts";
import { isIdOf } from "./device-id.ts";

/** A certificate that wasn't found is looked for again: its owner may be publishing it right now. */
const LOOK_AGAIN_MS = 500;

/** Finds the certificates of devices: here, then in the network. */
export class PeerCertificates {
  readonly store: CertificateStore;
  readonly #dht: SignallingDht;
  readonly #scheduler: Scheduler;

  constructor(store: CertificateStore, dht: SignallingDht, scheduler: Scheduler) {
    this.store = store;
    this.#dht = dht;
    this.#scheduler = scheduler;
  }

  /** Known without asking anybody. */
  known(id: KeyId): Certificate | undefined {
    return this.store.getCertificate(`${id}`);
  }

  /** Asks the network once. */
  async find(id: KeyId, signal: AbortSignal): Promise<Certificate | undefined> {
    const found = await this.#dht.findCertificate(id, { signal });
    return found !== null && isIdOf(id, found.publicKey) ? found : undefined;
  }

  /** Asks the network for so long. */
  async findWithin(id: KeyId, patienceMs: number, signal: AbortSignal): Promise<Certificate | undefined> {
    const until = this.#scheduler.now() + patienceMs;
    for (;;) {
      const found = await this.find(id, signal);
      if (found !== undefined || signal.aborted || this.#scheduler.now() + LOOK_AGAIN_MS > until) return found;
      await delay(this.#scheduler, LOOK_AGAIN_MS, signal);
    }
  }

  /**
   * Looks until it is found or nobody wants to know any more; keeps what it finds.
   * @throws ConnectError `ERR_BAD_CERTIFICATE` when nothing can be encrypted for its key; the signal's reason
   */
  async obtain(id: KeyId, signal: AbortSignal): Promise<Certificate> {
    for (;;) {
      const certificate = this.known(id) ?? (await this.find(id, signal));
      if (certificate === undefined) {
        await delay(this.#scheduler, LOOK_AGAIN_MS, signal);
        continue;
      }
      if (certificate.publicKey.kind !== "rsa") {
        throw new ConnectError(
          "ERR_BAD_CERTIFICATE",
          `nothing can be encrypted for the key of ${id}: it is no RSA key`,
        );
      }
      await this.keep(certificate);
      return certificate;
    }
  }

  /** Keeps it, unless the store is full: then it has to be looked for again some day. */
  async keep(certificate: Certificate): Promise<void> {
    try {
      await this.store.pinCertificate(certificate);
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error;
    }
  }
}
