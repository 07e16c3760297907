// What the page of `scenarios/browser.test.ts` loads: the client, for scripts that the test runs in the page.
import { ProxyClient, type ProxyClientOptions } from "@hashmere/proxy/client";

declare global {
  var client: ProxyClient;
  /** What the page's listener has heard, as `+text` and `-text`. */
  var heard: string[];
  /** Begins to talk to a proxy. */
  var connect: (url: string, options?: Omit<ProxyClientOptions, "url">) => Promise<void>;
  /** Begins to listen at a key. */
  var listen: (key: string) => void;
}

globalThis.heard = [];

globalThis.connect = async (url, options) => {
  globalThis.client = await ProxyClient.open({ ...options, url });
  await globalThis.client.connected();
};

globalThis.listen = (key) => {
  void (async () => {
    for await (const { value, expired } of globalThis.client.listen(key)) {
      globalThis.heard.push(`${expired ? "-" : "+"}${value.text()}`);
    }
  })();
};
