import { DhtRunner } from "@hashmere/dht";
import { onTestFinished } from "vitest";
import { PUBLIC_HOST, testExamples } from "../../../testing/readme-examples.ts";
import { ProxyServer } from "../src/node/index.ts";

const PUBLIC_PROXY = /https:\/\/dhtproxy\.jami\.net/g;

testExamples("packages/proxy/README.md", async (code) => {
  const { host, url } = await startProxy();
  return code.replaceAll(PUBLIC_HOST, host).replaceAll(PUBLIC_PROXY, url);
});

async function startProxy(): Promise<{ readonly host: string; readonly url: string }> {
  const local = { bind4: "127.0.0.1", bind6: null };
  const other = await DhtRunner.run(local);
  const host = `127.0.0.1:${other.getBound(4)?.port}`;
  const dht = await DhtRunner.run({ ...local, bootstrap: host });
  await dht.connected();
  const proxy = await ProxyServer.open({ dht, port: 0, host: "127.0.0.1", dashboard: false });
  onTestFinished(async () => {
    await proxy.close();
    await Promise.all([dht.join(), other.join()]);
  });
  return { host, url: proxy.url };
}
