import { afterEach, describe, expect, it } from "vitest";
import { followTogether, TAKEOVER_MS, type TabChannel, type Told } from "../../page/live/follow-together.ts";

/** A browser with tabs of one page, and the server that they follow. Time passes when it is told to. */
class TestBrowser {
  readonly connections = new Set<ReadableStreamDefaultController<Uint8Array>>();
  mostConnections = 0;
  readonly #channels = new Set<TabChannel>();
  readonly #waiting: { readonly at: number; readonly resolve: () => void }[] = [];
  #isClaimed = false;
  #now = 0;

  open() {
    const tab = { data: [] as string[], ages: [] as number[], states: [] as string[], close: new AbortController() };
    void followTogether({
      url: "http://proxy/dashboard/events",
      signal: tab.close.signal,
      channel: this.#channel(),
      claim: async () => {
        if (this.#isClaimed) return undefined;
        this.#isClaimed = true;
        return () => (this.#isClaimed = false);
      },
      wait: (ms, signal) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#waiting.push({ at: this.#now + ms, resolve });
        signal.addEventListener("abort", () => resolve());
        return promise;
      },
      fetch: async (_url, init) => this.#serve(init?.signal),
      onData: (data, ageMs) => {
        tab.data.push(data);
        tab.ages.push(ageMs);
      },
      onState: (state) => tab.states.push(state),
    });
    return tab;
  }

  say(message: object): void {
    const event = new TextEncoder().encode(`data: ${JSON.stringify(message)}\n\n`);
    for (const connection of this.connections) connection.enqueue(event);
  }

  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (; this.#now <= end; this.#now += 100) {
      const due = this.#waiting.filter(({ at }) => at <= this.#now);
      for (const each of due) {
        this.#waiting.splice(this.#waiting.indexOf(each), 1);
        each.resolve();
      }
      for (let i = 0; i < 8; i++) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #serve(signal: AbortSignal | null | undefined): Response {
    let own: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        own = controller;
        this.connections.add(controller);
        this.mostConnections = Math.max(this.mostConnections, this.connections.size);
      },
    });
    signal?.addEventListener("abort", () => {
      if (this.connections.delete(own)) own.error(signal.reason);
    });
    return new Response(body);
  }

  #channel(): TabChannel {
    const channel: TabChannel = {
      onmessage: null,
      postMessage: (told: Told) => {
        const event = new MessageEvent<Told>("message", { data: structuredClone(told) });
        for (const other of this.#channels) if (other !== channel) queueMicrotask(() => other.onmessage?.(event));
      },
      close: () => void this.#channels.delete(channel),
    };
    this.#channels.add(channel);
    return channel;
  }
}

const NODE = {
  kind: "node",
  id: "00".repeat(20),
  status4: "connected",
  status6: "disconnected",
  health: "connected",
  reason: "",
  uptime: 5,
};
const opened: ReturnType<TestBrowser["open"]>[] = [];
const open = (browser: TestBrowser) => {
  const tab = browser.open();
  opened.push(tab);
  return tab;
};

afterEach(() => {
  for (const { close } of opened.splice(0)) close.abort();
});

describe("many tabs of one page", () => {
  it("follow their server with one connection, and all hear everything", async () => {
    const browser = new TestBrowser();
    const tabs = Array.from({ length: 8 }, () => open(browser));
    await browser.pass(200);
    browser.say(NODE);
    await browser.pass(200);
    expect(browser.mostConnections).toBe(1);
    for (const tab of tabs) {
      expect(tab.data).toEqual([JSON.stringify(NODE)]);
      expect(tab.states.at(-1)).toBe("open");
    }
  });

  it("tell a newcomer how everything is, and since when", async () => {
    const browser = new TestBrowser();
    open(browser);
    await browser.pass(200);
    browser.say(NODE);
    browser.say({ kind: "hop", lookup: "1" });
    await browser.pass(200);
    const late = open(browser);
    await browser.pass(200);
    expect(late.data).toEqual([JSON.stringify(NODE)]);
    expect(late.ages[0]).toBeGreaterThan(0);
    expect(late.states).toEqual(["connecting", "open"]);
  });

  it("go on when the one that follows is closed", async () => {
    const browser = new TestBrowser();
    const [first, second] = [open(browser), open(browser)];
    await browser.pass(200);
    first.close.abort();
    await browser.pass(TAKEOVER_MS + 200);
    browser.say(NODE);
    await browser.pass(200);
    expect(browser.connections.size).toBe(1);
    expect(second.data).toEqual([JSON.stringify(NODE)]);
  });

  it("say that the server is out of sight when the one that follows is stuck", async () => {
    const browser = new TestBrowser();
    open(browser);
    const second = open(browser);
    await browser.pass(200);
    expect(second.states.at(-1)).toBe("open");
    for (let i = 0; i < 3; i++) {
      browser.say(NODE);
      await browser.pass(4000);
      expect(second.states.at(-1)).toBe("open");
    }
    await browser.pass(10_000);
    expect(second.states).toContain("lost");
  });
});
