import axe from "axe-core";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { Browser } from "../peers/browser.ts";
import { PageNetwork } from "../peers/page-network.ts";
import { POLL, Stage } from "../peers/stage.ts";

// The page that a proxy serves, in a browser, as people use it.

const NODES = 12;
const PHONE = { width: 360, height: 740 };

/** A network with a page, and a browser that goes before it does. */
async function begin(stage: Stage): Promise<{ network: PageNetwork; browser: Browser }> {
  const network = stage.use(await PageNetwork.start({ network: stage.network, nodes: NODES }));
  return { network, browser: stage.use(await Browser.start()) };
}

const headline = (page: Page) => page.getByRole("heading", { level: 1 });
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const fill = (page: Page, label: RegExp, text: string) => page.getByLabel(label).fill(text);

/** How far what is seen has jumped about since the page was opened: 0 for not at all. */
const layoutShift = (page: Page): Promise<unknown> =>
  page.evaluate(`new Promise((resolve) => {
    let total = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) total += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => resolve(total), 100);
  })`);

/** What keeps people from using what is seen: the rules that are broken, and where. */
async function barriers(page: Page): Promise<unknown> {
  await page.evaluate(axe.source);
  return page.evaluate(
    "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))",
  );
}

describe("the live view", () => {
  test("shows how the node is, and its peers", async () => {
    await using stage = new Stage();
    const { network, browser } = await begin(stage);
    const page = await browser.open(network.url);
    await expect.poll(() => headline(page).textContent(), POLL).toBe("Connected");
    await expect.poll(() => page.getByText(/^\d+ peers in \d+ buckets?$/).count(), POLL).toBe(1);
    await page.getByText("The peers as a table").click();
    await expect.poll(() => page.getByRole("row").count(), POLL).toBeGreaterThan(1);
    expect(await layoutShift(page)).toBeLessThan(0.05);
    expect(browser.failures).toEqual([]);
  });

  test("puts a value, finds it hop by hop, and another tab hears of it", async () => {
    await using stage = new Stage();
    const { network, browser } = await begin(stage);
    const [writer, listener] = [await browser.open(network.url), await browser.open(network.url)];
    await fill(listener, /^Key/, "room");
    await button(listener, "Listen").click();

    await network.nodes.at(-1)?.put("message", "from a node");
    await fill(writer, /^Key/, "message");
    await button(writer, "Look up").click();
    await expect.poll(() => writer.getByText("Found 1 value.").count(), POLL).toBe(1);
    await expect.poll(() => writer.getByText(/\d+ nodes asked, \d+ ms/).count(), POLL).toBe(1);
    expect(await writer.getByLabel("Values found").textContent()).toContain("from a node");
    const hops = await writer.getByLabel("Nodes asked").getByRole("listitem").allTextContents();
    expect(hops.length).toBeGreaterThan(2);
    expect(hops.some((hop) => hop.includes("has a value"))).toBe(true);
    expect(hops.some((hop) => hop.includes("asked …"))).toBe(false);

    await fill(writer, /^Key/, "room");
    await fill(writer, /^Value to put/, "from the page");
    await button(writer, "Put").click();
    await expect.poll(() => writer.getByText("Stored under “room”").count(), POLL).toBe(1);
    await expect.poll(() => listener.getByLabel("Heard at room").textContent(), POLL).toContain("from the page");
    const values = await network.nodes.at(-1)?.getAll("room");
    expect(values?.map((value) => value.text())).toEqual(["from the page"]);
    expect(browser.failures).toEqual([]);
  });

  // Browsers have six connections to a server, for all tabs. A name that isn't localhost is no secure context over HTTP:
  // there the tabs have no locks.
  test.each(["127.0.0.1", "hashmere.test"])("works in eight tabs that listen, at %s", async (host) => {
    await using stage = new Stage();
    const network = stage.use(await PageNetwork.start({ network: stage.network, nodes: NODES }));
    const browser = stage.use(await Browser.start([host]));
    const url = network.url.replace("127.0.0.1", host);
    const tabs = await browser.openTogether(url, 8);
    expect(await tabs[0]?.evaluate("'locks' in navigator")).toBe(host === "127.0.0.1");
    for (const [number, tab] of tabs.entries()) {
      await expect.poll(() => headline(tab).textContent(), POLL).toBe("Connected");
      await fill(tab, /^Key/, "room");
      await button(tab, "Listen").click();
      await fill(tab, /^Key/, `own ${number}`);
      await button(tab, "Listen").click();
    }
    for (const [number, tab] of tabs.entries()) {
      await fill(tab, /^Key/, "room");
      await fill(tab, /^Value to put/, `from tab ${number}`);
      await button(tab, "Put").click();
      await expect.poll(() => tab.getByText("Stored under “room”").count(), POLL).toBe(1);
      await fill(tab, /^Key/, `nothing ${number}`);
      await button(tab, "Look up").click();
      await expect.poll(() => tab.getByText("Nothing there.").count(), POLL).toBe(1);
      await expect.poll(() => tab.getByText(/\d+ nodes? asked, \d+ ms/).count(), POLL).toBe(1);
    }
    for (const tab of tabs) {
      const heard = () => tab.getByLabel("Heard at room").getByRole("listitem").count();
      await expect.poll(heard, POLL).toBe(tabs.length);
    }
    await tabs[0]?.close(); // which had a connection; the others see the node all the same
    await network.stopServing();
    for (const tab of tabs.slice(1)) await expect.poll(() => headline(tab).textContent(), POLL).toBe("Out of sight");
  });

  test("takes a value as large as nodes do, shows its beginning, and says when one is too large", async () => {
    await using stage = new Stage();
    const { network, browser } = await begin(stage);
    const page = await browser.open(network.url);
    const large = "All work and no play. ".repeat(2900);
    await fill(page, /^Key/, "large");
    await fill(page, /^Value to put/, `${large}${large}`);
    await button(page, "Put").click();
    await expect.poll(() => page.getByText(/the value takes [\d,]+ bytes, and a node keeps/).count(), POLL).toBe(1);
    await fill(page, /^Value to put/, large);
    await button(page, "Put").click();
    await expect.poll(() => page.getByText("Stored under “large”").count(), POLL).toBe(1);
    expect((await network.nodes.at(-1)?.getAll("large"))?.map((value) => value.text())).toEqual([large]);
    await button(page, "Look up").click();
    await expect.poll(() => page.getByText("Found 1 value.").count(), POLL).toBe(1);
    expect(await page.evaluate("document.documentElement.scrollHeight")).toBeLessThan(3000);
    await page.getByText("All 63,800 characters").click();
    expect(await page.getByRole("region", { name: "The whole value" }).textContent()).toBe(large);
    expect(await page.evaluate("document.documentElement.scrollHeight")).toBeLessThan(3500);
    expect(await barriers(page)).toEqual([]);
    expect(browser.failures).toEqual([]);
  });

  test("names who listens at a key, by id and address", async () => {
    await using stage = new Stage();
    const { network, browser } = await begin(stage);
    const [first, other] = network.nodes;
    if (first === undefined || other === undefined) throw new Error("a network of two at least");
    const key = first.nodeId; // whoever listens there asks this node
    const page = await browser.open(network.url, { viewport: PHONE });
    await fill(page, /^Key/, `${key}`);
    await button(page, "Listen").click();
    const listening = other.listen(key);
    const line = page.getByText(/^\d+ listeners?: this node/);
    await expect.poll(() => line.textContent(), POLL).toContain(`${other.nodeId}`.slice(0, 8));
    await line.focus();
    await page.keyboard.press("Enter");
    const names = page.getByRole("listitem").filter({ hasText: `${other.nodeId} at ${other.getBound()}` });
    expect(await names.isVisible()).toBe(true);
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    expect(await barriers(page)).toEqual([]);
    listening.cancel();
    expect(browser.failures).toEqual([]);
  });

  test("says when the server is out of sight, and goes on when it is back", async () => {
    await using stage = new Stage();
    const { network, browser } = await begin(stage);
    const page = await browser.open(network.url);
    await expect.poll(() => headline(page).textContent(), POLL).toBe("Connected");
    const port = Number(new URL(network.url).port);
    await network.stopServing();
    await expect.poll(() => headline(page).textContent(), POLL).toBe("Out of sight");
    await network.serve({ port });
    await expect.poll(() => headline(page).textContent(), POLL).toBe("Connected");
  });

  test("shows that a node is alone, and what can't be done then", async () => {
    await using stage = new Stage();
    const network = stage.use(await PageNetwork.start({ network: stage.network, nodes: 1 }));
    const browser = stage.use(await Browser.start());
    const page = await browser.open(network.url);
    await expect.poll(() => headline(page).textContent(), POLL).toBe("Alone");
    await button(page, "Look up").click();
    await expect.poll(() => page.getByText("There is nobody to ask.").count(), POLL).toBe(1);
    await fill(page, /^Value to put/, "hello?");
    await button(page, "Put").click();
    await expect.poll(() => page.getByText(/^That did not work: the proxy refuses/).count(), POLL).toBe(1);
    await network.stopServing();
    await button(page, "Put").click();
    await expect.poll(() => page.getByText(/^That did not work: the proxy .* can't be reached/).count(), POLL).toBe(1);
    browser.failures.length = 0; // the browser tells that the put was refused
  });

  test("asks for the access token that its server wants", async () => {
    await using stage = new Stage();
    const { network, browser } = await begin(stage);
    await network.stopServing();
    await network.serve({ auth: { tokens: ["open sesame"] } });
    const page = await browser.open(network.url);
    await expect.poll(() => headline(page).textContent(), POLL).toBe("Locked");
    browser.failures.length = 0; // the browser tells of the refusal
    await page.getByLabel("Access token").fill("open barley");
    await button(page, "Enter").click();
    await expect.poll(() => page.getByRole("alert").textContent(), POLL).toContain("refused that token");
    expect(await barriers(page)).toEqual([]);
    browser.failures.length = 0;
    await page.getByLabel("Access token").fill("open sesame");
    await button(page, "Enter").click();
    await expect.poll(() => headline(page).textContent(), POLL).toBe("Connected");
    expect(browser.failures).toEqual([]);
  });

  test.each(["light", "dark"] as const)("puts no barriers before anybody, in the %s theme", async (colorScheme) => {
    await using stage = new Stage();
    const { network, browser } = await begin(stage);
    const page = await browser.open(network.url, { colorScheme });
    await expect.poll(() => headline(page).textContent(), POLL).toBe("Connected");
    await button(page, "Look up").click();
    await button(page, "Listen").click();
    await page.getByText("The peers as a table").click();
    expect(await barriers(page)).toEqual([]);
    await page.getByRole("link", { name: "Simulate" }).click();
    await expect.poll(() => page.getByText("300 nodes up").count(), POLL).toBe(1);
    expect(await barriers(page)).toEqual([]);
    expect(browser.failures).toEqual([]);
  });

  test("fits a phone and a large screen, and is used without a mouse", async () => {
    await using stage = new Stage();
    const { network, browser } = await begin(stage);
    for (const viewport of [PHONE, { width: 2560, height: 1440 }]) {
      const page = await browser.open(network.url, { viewport, colorScheme: "dark", reducedMotion: "reduce" });
      await expect.poll(() => headline(page).textContent(), POLL).toBe("Connected");
      expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
      expect(await layoutShift(page)).toBeLessThan(0.05);
      expect(await page.evaluate("document.documentElement.dataset.theme")).toBe("dark");

      await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the content");
      for (let i = 0; i < 3; i++) await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement.ariaLabel")).toBe("Use the light theme");
      await page.keyboard.press("Enter");
      expect(await page.evaluate("document.documentElement.dataset.theme")).toBe("light");
      // What is between depends on what there is to scroll.
      const focused = () => page.evaluate("document.activeElement.id");
      for (let i = 0; i < 4 && (await focused()) !== "key"; i++) await page.keyboard.press("Tab");
      expect(await focused()).toBe("key");
      await page.keyboard.press("ControlOrMeta+A");
      const key = `nothing ${viewport.width}`;
      await page.keyboard.type(key);
      await page.keyboard.press("Enter");
      await expect.poll(() => page.getByText("Nothing there.").count(), POLL).toBe(1);
      for (let i = 0; i < 3; i++) await page.keyboard.press("Tab");
      await page.keyboard.type("something now");
      await page.keyboard.press("Enter");
      await expect.poll(() => page.getByText(`Stored under “${key}”`).count(), POLL).toBe(1);
      await page.close();
    }
    expect(browser.failures).toEqual([]);
  });
});

describe("the simulated network", () => {
  test("loses a third of its nodes, and heals", async () => {
    await using stage = new Stage();
    const { network, browser } = await begin(stage);
    const page = await browser.open(`${network.url}/dashboard/#simulate`);
    const figure = async (name: string) =>
      Number.parseFloat(
        (await page.getByLabel("Figures").getByText(name).locator("..").getByRole("definition").textContent()) ?? "",
      );
    await expect.poll(() => page.getByText("300 nodes up").count(), POLL).toBe(1);
    await expect.poll(() => figure("copies, the writer"), POLL).toBeGreaterThan(8);
    expect(await figure("values alive")).toBe(12);

    await button(page, "Kill a third").click();
    await expect.poll(() => page.getByText("200 nodes up").count(), POLL).toBe(1);
    await expect.poll(() => figure("copies, the writer"), POLL).toBeLessThan(8);
    expect(await figure("values alive")).toBe(12);
    await expect.poll(() => page.getByText(/^Healed/).count(), POLL).toBe(1);
    await expect.poll(() => figure("lookups succeed"), POLL).toBe(100);
    expect(browser.failures).toEqual([]);
  });

  test("shows a lookup slowly, and does as its controls say", async () => {
    await using stage = new Stage();
    const { network, browser } = await begin(stage);
    const page = await browser.open(`${network.url}/dashboard/#simulate`, { viewport: PHONE });
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    await expect.poll(() => page.getByText("300 nodes up").count(), POLL).toBe(1);
    await page.getByLabel("Nodes", { exact: true }).focus();
    await page.keyboard.press("Home");
    await expect.poll(() => page.getByText("20 nodes up").count(), POLL).toBe(1);
    await button(page, "Put 12 values").click();
    await button(page, "Look up a value").click();
    await expect.poll(() => page.getByText(/^The lookup is over/).count(), POLL).toBe(1);
    await button(page, "Split in two").click();
    await button(page, "Heal the split").click();
    await button(page, "Pause").click();
    await expect.poll(() => button(page, "Go on").count(), POLL).toBe(1);
    expect(browser.failures).toEqual([]);
  });
});
