import { Certificate, certificateKeys, type Identity, type PublicKey } from "@hashmere/crypto";
import {
  CertificateValue,
  type Filter,
  InfoHash,
  type KeyId,
  PkId,
  type Scheduler,
  SockAddr,
  type Value,
} from "@hashmere/dht";
import type { InboxListener, SignallingDht, Stored } from "../../src/signalling/index.ts";

interface Heard {
  readonly value: Value;
  readonly expired: boolean;
}

interface Listening {
  readonly filter: Filter;
  hear(value: Value): void;
}

/** A DHT as its users see it, in virtual time: what is put arrives after a while, or not at all. */
export class Mailbox {
  latencyMs = 50;
  /** Says of each message whether it gets lost. */
  loses: (value: Value) => boolean = () => false;
  /** What becomes of a message on its way. */
  rewrites: (value: Value) => Value = (value) => value;
  readonly scheduler: Scheduler;
  readonly sent: Value[] = [];
  readonly #values = new Map<string, Value[]>();
  readonly #listeners = new Map<string, Set<Listening>>();
  #nextId = 1n;

  constructor(scheduler: Scheduler) {
    this.scheduler = scheduler;
  }

  /** The DHT as the holder of an identity meets it. */
  of({ key }: Identity): MailboxDht {
    return new MailboxDht(this, key.publicKey);
  }

  /** Publishes a certificate whose owner isn't there. */
  publish(certificate: Certificate): void {
    for (const place of certificateKeys(certificate.publicKey)) {
      this.store(InfoHash.fromBytes(place), CertificateValue.encode(certificate.pem()));
    }
  }

  store(key: InfoHash, value: Value): void {
    const stored = this.rewrites(value.id === 0n ? value.withId(this.#nextId++) : value);
    this.sent.push(stored);
    if (this.loses(stored)) return;
    this.#values.set(`${key}`, [...this.valuesAt(key), stored]);
    for (const listening of this.#listeners.get(`${key}`) ?? []) listening.hear(stored);
  }

  valuesAt(key: InfoHash): readonly Value[] {
    return this.#values.get(`${key}`) ?? [];
  }

  listen(key: InfoHash, listening: Listening): () => void {
    const listeners = this.#listeners.get(`${key}`) ?? new Set();
    this.#listeners.set(`${key}`, listeners.add(listening));
    for (const value of this.valuesAt(key)) listening.hear(value);
    return () => listeners.delete(listening);
  }
}

export class MailboxDht implements SignallingDht {
  isConnected = true;
  readonly #box: Mailbox;
  readonly #key: PublicKey;

  constructor(box: Mailbox, key: PublicKey) {
    this.#box = box;
    this.#key = key;
  }

  async connected({ signal }: { readonly signal?: AbortSignal | undefined }): Promise<void> {
    while (!this.isConnected) {
      await this.#passed();
      signal?.throwIfAborted();
    }
  }

  listen(key: InfoHash, { filter, signal }: { readonly filter: Filter; readonly signal: AbortSignal }): InboxListener {
    const heard: Heard[] = [];
    let wake = Promise.withResolvers<void>();
    const stop = this.#box.listen(key, {
      filter,
      hear: (value) => {
        if (!filter(value)) return;
        heard.push({ value, expired: false });
        wake.resolve();
      },
    });
    signal.addEventListener("abort", () => {
      stop();
      wake.resolve();
    });
    async function* events(): AsyncGenerator<Heard> {
      while (!signal.aborted) {
        yield* heard.splice(0);
        await wake.promise;
        wake = Promise.withResolvers();
      }
    }
    return Object.assign(events(), { ready: this.#passed() });
  }

  async put(key: InfoHash, value: Value): Promise<Stored> {
    return this.#store(key, value);
  }

  async putEncrypted(key: InfoHash, to: PublicKey, value: Value): Promise<Stored> {
    const recipient = InfoHash.fromBytes(to.shortId());
    return this.#store(key, value.with({ owner: this.#key.der(), recipient, signature: Uint8Array.of(1) }));
  }

  async prepare(): Promise<void> {}

  async findCertificate(id: KeyId): Promise<Certificate | null> {
    await this.#passed();
    const [value] = this.#box.valuesAt(id instanceof PkId ? InfoHash.get(id) : id);
    return value === undefined ? null : Certificate.from(CertificateValue.decode(value));
  }

  getPublicAddress(): SockAddr[] {
    return [SockAddr.ipv4(0x0b0b0b65, 0)];
  }

  connectivityChanged(): void {}

  async #store(key: InfoHash, value: Value): Promise<Stored> {
    await this.#passed();
    if (!this.isConnected) return { ok: false, acknowledged: 0 };
    this.#box.store(key, value);
    return { ok: true, acknowledged: 8 };
  }

  #passed(): Promise<void> {
    const { scheduler, latencyMs } = this.#box;
    return new Promise((resolve) => scheduler.at(scheduler.now() + latencyMs, resolve));
  }
}
