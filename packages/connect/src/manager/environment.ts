import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Identity } from "@hashmere/crypto";
import {
  DhtRunner,
  type KeyId,
  type Logger,
  type RandomSource,
  RealScheduler,
  type Scheduler,
  SockAddr,
  SystemRandom,
  silentLogger,
} from "@hashmere/dht";
import type { PortMapping } from "../port-mapping/index.ts";
import { Reach } from "../reach/index.ts";
import { type LegacyMode, type SignallingDht, TreatedMessages } from "../signalling/index.ts";
import { CertificateStore, OcspCheck } from "../trust/index.ts";
import { deviceIdentity } from "./device-identity.ts";
import type { Layers } from "./layers.ts";
import type { ConnectionManagerOptions } from "./options.ts";
import { PeerCertificates } from "./peer-certificates.ts";
import { publishCertificate } from "./publish-certificate.ts";
import { standardLayers } from "./standard-layers.ts";

/** Where a node of our own joins the network. */
const PUBLIC_BOOTSTRAP = "bootstrap.jami.net";

interface Parts {
  readonly identity: Identity;
  readonly dht: SignallingDht;
  /** The node, if it is ours to end. */
  readonly ownNode: DhtRunner | undefined;
  readonly store: CertificateStore;
  readonly treated: TreatedMessages;
  readonly scheduler: Scheduler;
  readonly ownScheduler: RealScheduler | undefined;
}

/** What a manager stands on: who we are, the DHT, files, time, and the layers of a link. */
export class Environment {
  readonly identity: Identity;
  readonly dht: SignallingDht;
  readonly certificates: PeerCertificates;
  readonly ocsp: OcspCheck;
  readonly treated: TreatedMessages;
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly log: Logger;
  readonly legacyMode: LegacyMode;
  readonly layers: Layers;
  /** Resolves when peers can look up who we are, or when there was time enough. */
  readonly published: Promise<void>;
  readonly #reach: Reach | undefined;
  readonly #ownNode: DhtRunner | undefined;
  readonly #ownScheduler: RealScheduler | undefined;
  readonly #closing = new AbortController();
  #toldAddresses: readonly SockAddr[] = [];

  private constructor(parts: Parts, options: ConnectionManagerOptions) {
    const { identity, dht, store, treated, scheduler } = parts;
    const { random = new SystemRandom(), logger = silentLogger, legacyMode = "enabled" } = options;
    this.identity = identity;
    this.dht = dht;
    this.certificates = new PeerCertificates(store, dht, scheduler);
    this.treated = treated;
    this.scheduler = scheduler;
    this.random = random;
    this.log = logger;
    this.legacyMode = legacyMode;
    const { includeLoopback = false, cachePath, sources = () => [] } = options;
    this.ocsp = new OcspCheck({ store, scheduler, log: logger, includeLoopback });
    const context = { scheduler, random, log: logger, includeLoopback, publicAddresses: () => this.publicAddresses() };
    const reach = options.layers
      ? undefined
      : new Reach({ portMapping: !includeLoopback, ...options }, { ...context, cachePath });
    this.#reach = reach;
    this.layers =
      options.layers ?? standardLayers({ ...context, moreSources: () => [...(reach?.sources() ?? []), ...sources()] });
    this.#ownNode = parts.ownNode;
    this.#ownScheduler = parts.ownScheduler;
    this.published = publishCertificate(dht, identity.certificate, scheduler, this.#closing.signal);
  }

  static async open(options: ConnectionManagerOptions): Promise<Environment> {
    const { cachePath, logger } = options;
    const identity = await deviceIdentity(options.identity);
    if (cachePath !== undefined) await mkdir(cachePath, { recursive: true, mode: 0o700 });
    const inCache = (name: string) => cachePath && join(cachePath, name);
    const store = options.certificates ?? (await CertificateStore.open(inCache("certStore")));
    const ownScheduler = options.clock === undefined ? new RealScheduler() : undefined;
    const scheduler = options.clock ?? ownScheduler ?? new RealScheduler();
    const treated = await TreatedMessages.open({ scheduler, path: inCache("treatedMessages"), log: logger });
    const ownNode =
      options.dht === undefined
        ? await DhtRunner.run({
            persistPath: inCache("dht-node"),
            watchNetwork: false, // the manager does, and tells
            certificateStore: (id: KeyId) => [store.getCertificate(`${id}`) ?? []].flat(),
            ...options.node,
            identity,
            bootstrap: options.bootstrap ?? PUBLIC_BOOTSTRAP,
            logger,
          })
        : undefined;
    const dht = options.dht ?? ownNode;
    if (dht === undefined) throw new TypeError("a DHT is either given or made");
    return new Environment({ identity, dht, ownNode, store, treated, scheduler, ownScheduler }, options);
  }

  get mappings(): readonly PortMapping[] {
    return this.#reach?.mappings ?? [];
  }

  connectivityChanged(): void {
    this.dht.connectivityChanged();
    this.#reach?.connectivityChanged();
  }

  /** Most reported first. */
  publicAddresses(): readonly SockAddr[] {
    return this.#toldAddresses.length > 0 ? this.#toldAddresses : this.dht.getPublicAddress();
  }

  setPublicAddresses(addresses: readonly string[]): void {
    this.#toldAddresses = addresses.map((address) => {
      const parsed = SockAddr.fromHost(address, 0);
      if (parsed === undefined) throw new TypeError(`"${address}" is no numeric IP address`);
      return parsed;
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.treated.flush();
    await this.#reach?.[Symbol.asyncDispose]();
    try {
      await this.#ownNode?.shutdown({ stop: true });
    } finally {
      await this.#ownNode?.join();
      this.#ownScheduler?.stop();
    }
  }
}
