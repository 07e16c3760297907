import { raceAbort, SeededRandom, VirtualScheduler } from "@hashmere/dht/engine";
import { onTestFinished } from "vitest";
import { ProxyClient, type ProxyClientOptions } from "../../src/client/index.ts";
import { FakeProxy } from "./fake-proxy.ts";

/** A client in virtual time, and the proxies that it may talk to, by host name. */
export class ClientRig {
  readonly clock = new VirtualScheduler();
  readonly proxies: Readonly<Record<string, FakeProxy>>;
  /** How long everything takes on its way to a proxy. */
  delayMs = 0;

  constructor(hosts: readonly string[] = ["proxy"]) {
    this.proxies = Object.fromEntries(hosts.map((host) => [host, new FakeProxy()]));
  }

  get proxy(): FakeProxy {
    const [first = new FakeProxy()] = Object.values(this.proxies);
    return first;
  }

  async open(options: Partial<ProxyClientOptions> = {}): Promise<ProxyClient> {
    const client = await ProxyClient.open({
      url: Object.keys(this.proxies),
      clock: this.clock,
      random: new SeededRandom(1),
      fetch: async (input, init) => {
        const { hostname } = new URL(input instanceof Request ? input.url : input);
        const proxy = this.proxies[hostname];
        if (!proxy) throw new TypeError("fetch failed");
        if (this.delayMs > 0) await raceAbort(this.#delay(), init?.signal ?? undefined);
        return proxy.fetch(input, init);
      },
      ...options,
    });
    onTestFinished(() => client.join());
    await settle();
    return client;
  }

  async #delay(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.clock.at(this.clock.now() + this.delayMs, resolve);
    await promise;
  }

  /** Lets time pass, from one thing that is due to the next, each with all its consequences. */
  async pass(ms: number): Promise<void> {
    const until = this.clock.now() + ms;
    await settle();
    while (this.clock.step(until)) await settle();
    this.clock.advance(until - this.clock.now());
  }
}

/** Lets everything happen that needs no time. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 8; i++) await new Promise((resolve) => setImmediate(resolve));
}
