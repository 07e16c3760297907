import { Address, type HostAndPort } from "../address/index.ts";
import { InvalidArgumentError } from "../errors/index.ts";
import { type RandomSource, uniform } from "../random/index.ts";
import type { RoutingTable } from "../routing/index.ts";
import type { Scheduler, Timer } from "../scheduler/index.ts";
import type { NodeEntry } from "../wire/index.ts";
import type { Admission } from "./admission.ts";
import type { EventListener } from "./events.ts";
import type { Lookups } from "./lookups.ts";
import type { Refresh } from "./maintenance/index.ts";

/** All IP addresses of a name; an empty list where it has none. Numeric addresses come back as they are. */
export type Resolve = (host: string) => Promise<readonly string[]>;

const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 300_000;

/** Places to start from; the ones given first are forgotten. */
const MAX_BOOTSTRAP_ADDRESSES = 256;

export interface BootstrapperOptions {
  readonly table: RoutingTable;
  readonly admission: Admission;
  readonly lookups: Lookups;
  readonly refresh: Refresh;
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly resolve: Resolve;
  readonly onEvent: EventListener;
}

/**
 * Joins a network (Kademlia paper §2.3), and joins it again whenever the node finds itself alone: it may have been
 * started before its first peer was.
 */
export class Bootstrapper {
  readonly #options: BootstrapperOptions;
  readonly #places = new Map<string, HostAndPort>();
  #retryMs = FIRST_RETRY_MS;
  #timer: Timer | undefined;

  constructor(options: BootstrapperOptions) {
    this.#options = options;
  }

  /**
   * Pings all places at once, then looks up the own id from those that answered. Returns the nearest nodes found, empty
   * if nobody answered; then it is tried again in the background, with growing pauses.
   *
   * @throws InvalidArgumentError for a port that is none
   */
  async join(places: Iterable<HostAndPort>): Promise<readonly NodeEntry[]> {
    const given = [...places];
    for (const { host, port } of given) {
      if (!Number.isInteger(port) || port < 1 || port > 65535) {
        throw new InvalidArgumentError(`${host}:${port} cannot be reached: a port is a number of 1 … 65535`);
      }
      this.#places.set(`${host} ${port}`, { host, port });
    }
    for (const oldest of this.#places.keys()) {
      if (this.#places.size <= MAX_BOOTSTRAP_ADDRESSES) break;
      this.#places.delete(oldest);
    }
    return this.#attempt(given);
  }

  /** Called every now and then: a node whose contacts are all gone starts over. */
  checkIsolation(): void {
    if (this.#timer || this.#places.size === 0 || !this.#isIsolated()) return;
    this.#retryLater();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#places.clear();
  }

  async #attempt(places: readonly HostAndPort[]): Promise<readonly NodeEntry[]> {
    const { table, admission, lookups, refresh } = this.#options;
    const addresses = (await Promise.all(places.map((place) => this.#addressesOf(place)))).flat();
    const answers = await Promise.all(addresses.map((address) => admission.introduce(address)));
    const nodes = answers.filter((node) => node !== undefined);
    if (nodes.length === 0) {
      if (places.length > 0 && this.#isIsolated()) this.#retryLater();
      return [];
    }
    this.#retryMs = FIRST_RETRY_MS;
    const { closest } = await lookups.nodes(table.ownId, nodes).result;
    // Whoever has been found is a contact by now, so that what is asked next starts from all of them.
    const strangers = closest.filter(({ id }) => !table.find(id));
    await Promise.all(strangers.map(({ address }) => admission.introduce(address)));
    const nearest = closest[0];
    if (nearest) void refresh.beyond(nearest.id);
    return closest;
  }

  async #addressesOf({ host, port }: HostAndPort): Promise<Address[]> {
    const hosts = await this.#options.resolve(host).catch(() => []);
    return hosts.map((numeric) => Address.parse(numeric, port)).filter((address) => address !== undefined);
  }

  #isIsolated(): boolean {
    for (const contact of this.#options.table.contacts()) if (contact.failures === 0) return false;
    return true;
  }

  #retryLater(): void {
    const { scheduler, random, onEvent } = this.#options;
    if (this.#timer) return;
    const retryInMs = Math.round(uniform(random, this.#retryMs / 2, this.#retryMs));
    onEvent({
      type: "bootstrap-failed",
      addresses: [...this.#places.values()].map(({ host, port }) => `${host}:${port}`),
      retryInMs,
    });
    this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS);
    this.#timer = scheduler.at(scheduler.now() + retryInMs, () => {
      this.#timer = undefined;
      if (this.#isIsolated()) void this.#attempt([...this.#places.values()]);
    });
  }
}
