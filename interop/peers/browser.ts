// A real browser for pages of ours, Debian's Chromium driven by Playwright:
//
//   await using browser = await Browser.start();
//   const page = await browser.open("http://127.0.0.1:8080/");   // a tab; what goes wrong in it is in `browser.failures`
//   await page.getByRole("button", { name: "Put" }).click();
//   expect(browser.failures).toEqual([]);
//
// `Site.of(module)` bundles a module for browsers and serves a page that loads it, at an origin of its own.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { fileURLToPath } from "node:url";
import { type Browser as Chromium, chromium, type Page } from "playwright-core";
import { build, type Rollup } from "vite";
import { CHROMIUM } from "./debian-programs.ts";

/** How long anything in a page may take. */
const LIMIT_MS = 60_000;

export class Browser implements AsyncDisposable {
  /** Errors that nobody caught, and messages of level `error`, of all tabs. */
  readonly failures: string[] = [];
  readonly #chromium: Chromium;

  private constructor(browser: Chromium) {
    this.#chromium = browser;
  }

  /** @param hosts names that stand for 127.0.0.1, from which pages are no "secure context" */
  static async start(hosts: readonly string[] = []): Promise<Browser> {
    // Its sandbox wants rights that root in a container doesn't have; nothing is visited but what the tests serve.
    const names = hosts.map((host) => `--host-resolver-rules=MAP ${host} 127.0.0.1`);
    const args = ["--no-sandbox", "--disable-dev-shm-usage", ...names];
    return new Browser(await chromium.launch({ executablePath: CHROMIUM, args, timeout: LIMIT_MS }));
  }

  /** A tab with storage of its own. */
  async open(url: string, options: Parameters<Chromium["newPage"]>[0] = {}): Promise<Page> {
    return this.#load(await this.#chromium.newPage(options), url);
  }

  /** Tabs of one person, who share storage, locks and connections. */
  async openTogether(url: string, count: number): Promise<Page[]> {
    const person = await this.#chromium.newContext();
    return Promise.all(Array.from({ length: count }, async () => this.#load(await person.newPage(), url)));
  }

  async #load(page: Page, url: string): Promise<Page> {
    page.setDefaultTimeout(LIMIT_MS);
    page.on("pageerror", (error) => this.failures.push(`${error}`));
    page.on("console", (message) => {
      if (message.type() === "error") this.failures.push(message.text());
    });
    await page.goto(url);
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#chromium.close();
  }
}

/** An empty page that loads one module. */
export class Site implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.url = `http://127.0.0.1:${port}/`;
  }

  static async of(module: URL): Promise<Site> {
    const script = await bundle(module);
    const server = createServer((request, response) => {
      const isScript = request.url === "/module.js";
      response.setHeader("Content-Type", isScript ? "text/javascript" : "text/html");
      response.end(
        isScript
          ? script
          : '<!doctype html><link rel="icon" href="data:,"><script type="module" src="module.js"></script>',
      );
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (typeof address !== "object" || address === null) throw new Error("the page has no port");
    return new Site(server, address.port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

async function bundle(module: URL): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: "silent",
    build: { write: false, lib: { entry: fileURLToPath(module), formats: ["es"], fileName: "module" } },
  });
  const { output } = (Array.isArray(result) ? result[0] : result) as Rollup.RollupOutput; // not watching
  return output[0].code;
}
