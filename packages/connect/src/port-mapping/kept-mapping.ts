import type { Logger, Scheduler, Timer } from "@hashmere/dht";
import type { PortMapping } from "./port-mapping.ts";
import type { GrantedMapping, MappingRequest, Router } from "./router.ts";

/** How long a router that is known may take for a mapping, a renewal or its end. */
export const MAPPING_TIMEOUT_MS = 2_000;

/** A renewal that failed is tried again after so long: the router may be restarting. */
const RETRY_MS = 30_000;

/** A router that grants less than this is asked no sooner than after half of it all the same. */
const MIN_LEASE_S = 20;

interface KeptMappingOptions {
  readonly log: Logger;
  readonly scheduler: Scheduler;
  /** The router has been told. */
  readonly onClose: () => void;
}

/** A mapping that renews itself at half of its life. */
export class KeptMapping implements PortMapping {
  readonly #router: Router;
  readonly #request: MappingRequest;
  readonly #options: KeptMappingOptions;
  readonly #end = new AbortController();
  #granted: GrantedMapping;
  #expiresAt = 0;
  #timer: Timer | undefined;
  #closed: Promise<void> | undefined;

  constructor(router: Router, request: MappingRequest, granted: GrantedMapping, options: KeptMappingOptions) {
    this.#router = router;
    this.#request = { ...request, externalPort: granted.external.port };
    this.#options = options;
    this.#granted = granted;
    this.#accept(granted);
  }

  get protocol() {
    return this.#router.protocol;
  }

  get transport() {
    return this.#request.transport;
  }

  get internalPort() {
    return this.#request.internalPort;
  }

  get external() {
    return this.#granted.external;
  }

  get expiresAt() {
    return this.#expiresAt;
  }

  close(): Promise<void> {
    this.#closed ??= this.#giveBack();
    return this.#closed;
  }

  async #giveBack(): Promise<void> {
    this.#end.abort();
    this.#timer?.cancel();
    // A router that has gone forgets the mapping by itself when its lease ends.
    await this.#router.unmap(this.#request, AbortSignal.timeout(MAPPING_TIMEOUT_MS)).catch(() => undefined);
    this.#options.onClose();
  }

  #accept(granted: GrantedMapping): void {
    this.#granted = granted;
    this.#expiresAt = this.#options.scheduler.wallClock() + granted.lifetimeS * 1000;
    this.#renewIn((Math.max(granted.lifetimeS, MIN_LEASE_S) * 1000) / 2);
  }

  #renewIn(delayMs: number): void {
    const { scheduler, log } = this.#options;
    this.#timer = scheduler.at(scheduler.now() + delayMs, () => {
      const signal = AbortSignal.any([this.#end.signal, AbortSignal.timeout(MAPPING_TIMEOUT_MS)]);
      this.#router.map(this.#request, signal).then(
        (granted) => !this.#end.signal.aborted && this.#accept(granted),
        (error: unknown) => {
          if (this.#end.signal.aborted) return;
          log.log("warning", `a port mapping could not be renewed, trying again: ${error}`);
          this.#renewIn(RETRY_MS);
        },
      );
    });
  }
}
