import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import type {} from "../browser/client-page.ts";
import { Browser, Site } from "../peers/browser.ts";
import { endpointOf } from "../peers/interop-peer.ts";
import { OurProxy } from "../peers/our-proxy.ts";
import { PushGateway, RealProxy } from "../peers/real-proxy.ts";
import { POLL, Stage } from "../peers/stage.ts";
import { textsOf, word } from "../peers/values.ts";

// Our client of proxies in a browser, on a page of another origin than the proxy's.

let site: Site;

beforeAll(async () => {
  site = await Site.of(new URL("../browser/client-page.ts", import.meta.url));
  return () => site[Symbol.asyncDispose]();
});

const PROXIES = [
  ["the real proxy", RealProxy.start],
  ["our proxy", OurProxy.start],
] as const;

interface Credentials {
  readonly authorization?: string;
  readonly pushToken?: string;
}

async function openTab(browser: Browser, proxyUrl: string, options: Credentials = {}): Promise<Page> {
  const tab = await browser.open(site.url);
  await tab.waitForFunction(() => "connect" in globalThis);
  await tab.evaluate(([url, rest]) => globalThis.connect(url, rest), [proxyUrl, options] as const);
  return tab;
}

describe.each(PROXIES)("in a browser, at %s", (_, startProxy) => {
  test("one tab puts, another listens, and a node of the network sees and is seen", async () => {
    await using stage = new Stage();
    const node = await stage.start("dhtnode");
    const proxy = stage.use(await startProxy({ network: stage.network, bootstrap: endpointOf(node) }));
    const browser = stage.use(await Browser.start());
    const [writer, reader] = [await openTab(browser, proxy.url), await openTab(browser, proxy.url)];
    const heard = () => reader.evaluate(() => globalThis.heard);

    await reader.evaluate(() => globalThis.listen("room"));
    const ok = await writer.evaluate(async () => (await globalThis.client.put("room", "from-a-tab")).ok);
    expect(ok).toBe(true);
    await expect.poll(heard, POLL).toEqual(["+from-a-tab"]);
    expect(textsOf((await node.get("room")).values)).toEqual(["from-a-tab"]);

    await node.put("room", word("from-a-node"));
    await expect.poll(heard, POLL).toEqual(["+from-a-tab", "+from-a-node"]);
    const got = await writer.evaluate(async () =>
      (await globalThis.client.getAll("room")).map((value) => value.text()),
    );
    expect(got.sort()).toEqual(["from-a-node", "from-a-tab"]);
    expect(browser.failures).toEqual([]);
  });

  test("a tab listens at more keys than a browser has connections, and can still put", async () => {
    await using stage = new Stage();
    const node = await stage.start("dhtnode");
    const proxy = stage.use(await startProxy({ network: stage.network, bootstrap: endpointOf(node) }));
    const browser = stage.use(await Browser.start());
    const tab = await openTab(browser, proxy.url);
    const keys = Array.from({ length: 10 }, (_, index) => `room${index}`);
    await tab.evaluate((all) => all.forEach(globalThis.listen), keys);
    for (const key of keys) {
      expect(await tab.evaluate(async (at) => (await globalThis.client.put(at, at)).ok, key)).toBe(true);
    }
    const heard = () => tab.evaluate(() => globalThis.heard.toSorted());
    await expect.poll(heard, POLL).toEqual(keys.map((key) => `+${key}`));
    expect(browser.failures).toEqual([]);
  });
});

describe("in a browser, at our proxy alone", () => {
  test("what needs permission across origins is permitted: tokens, cancelled puts, subscriptions", async () => {
    await using stage = new Stage();
    const gateway = stage.use(await PushGateway.start());
    const node = await stage.start("dhtnode");
    const tokens = ["secret"];
    const { network } = stage;
    const pushGateway = gateway.endpoint;
    const proxy = stage.use(await OurProxy.start({ network, bootstrap: endpointOf(node), tokens, pushGateway }));
    const browser = stage.use(await Browser.start());
    const tab = await openTab(browser, proxy.url, { authorization: "Bearer secret", pushToken: "TOKEN" });
    await tab.evaluate(() => globalThis.listen("room"));
    const permanentPuts = async (): Promise<unknown> => {
      const response = await fetch(`${proxy.url}/node/stats`, { headers: { Authorization: "Bearer secret" } });
      const stats: unknown = await response.json();
      return typeof stats === "object" && stats !== null && "totalPermanentPuts" in stats && stats.totalPermanentPuts;
    };
    await tab.evaluate(async () => void (await globalThis.client.put("room", "hey", { permanent: true })));
    await expect.poll(permanentPuts, POLL).toBe(1);
    await expect.poll(() => gateway.received.length, POLL).toBeGreaterThan(0);
    await tab.evaluate((data) => globalThis.client.pushNotificationReceived(data), gateway.received[0] ?? {});
    await expect.poll(() => tab.evaluate(() => globalThis.heard), POLL).toEqual(["+hey"]);
    await tab.evaluate(async () => {
      for (const value of globalThis.client.getPut("room")) await globalThis.client.cancelPut("room", value);
    });
    await expect.poll(permanentPuts, POLL).toBe(0);
    expect(browser.failures).toEqual([]);
  });

  test("an EventSource, which can't present a token, gets in with a ticket", async () => {
    await using stage = new Stage();
    const node = await stage.start("dhtnode");
    const { network } = stage;
    const proxy = stage.use(await OurProxy.start({ network, bootstrap: endpointOf(node), tokens: ["secret"] }));
    const browser = stage.use(await Browser.start());
    const tab = await browser.open(site.url);
    await node.put("room", word("hey"));
    const first = await tab.evaluate(async (url) => {
      const headers = { Authorization: "Bearer secret" };
      const answer = await fetch(`${url}/node/ticket`, { method: "POST", headers });
      const { ticket } = (await answer.json()) as { ticket: string };
      const events = new EventSource(`${url}/key/room/listen?ticket=${ticket}`);
      return new Promise<string>((resolve) => {
        events.onmessage = ({ data }) => {
          events.close();
          resolve(data);
        };
      });
    }, proxy.url);
    expect(JSON.parse(first)).toMatchObject({ data: btoa("hey") });
    expect(browser.failures).toEqual([]);
  });
});
