import { SeededRandom, VirtualScheduler } from "@hashmere/dht/engine";
import { onTestFinished } from "vitest";
import { ProxyClient, type ProxyClientOptions } from "../../src/client/index.ts";
import { FakeProxy } from "./fake-proxy.ts";

/** A client in virtual time, and the proxies that it may talk to, by host name. */
export class ClientRig {
  readonly clock = new VirtualScheduler();
  readonly proxies: Readonly<Record<string, FakeProxy>>;

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
        return proxy.fetch(input, init);
      },
      ...options,
    });
    onTestFinished(() => client.join());
    await settle();
    return client;
  }

  /** Lets time pass, in steps, so that what is due has its consequences before more is. */
  async pass(ms: number, step = Math.max(ms / 100, 100)): Promise<void> {
    await settle();
    for (let passed = 0; passed < ms; passed += step) {
      this.clock.advance(Math.min(step, ms - passed));
      await settle();
    }
  }
}

/** Lets everything happen that needs no time. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 8; i++) await new Promise((resolve) => setImmediate(resolve));
}
