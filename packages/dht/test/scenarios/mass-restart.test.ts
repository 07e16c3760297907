import { describe, expect, test } from "vitest";
import { createTestnet, type TestNode, type Testnet } from "../../src/testnet/index.ts";

const PROXIES = 15;
const PUTS_PER_PROXY = 60;

const keyOf = (proxy: number, put: number) => `proxy ${proxy}, put ${put}`;

/** Puts everything that a proxy announces for its clients. Returns how many of the puts went well. */
async function announceAll(node: TestNode, proxy: number): Promise<number> {
  const puts = Array.from({ length: PUTS_PER_PROXY }, (_, put) =>
    node.put(keyOf(proxy, put), "v", { permanent: true }),
  );
  return (await Promise.all(puts)).filter(({ ok }) => ok).length;
}

/** On how many nodes, the proxy not counted, a value is, on average; and where it is on none. */
function spread(net: Testnet, proxies: readonly TestNode[]): { mean: number; lost: number } {
  let [copies, lost] = [0, 0];
  for (const [proxy, owner] of proxies.entries()) {
    for (let put = 0; put < PUTS_PER_PROXY; put++) {
      const key = keyOf(proxy, put);
      const held = net.nodes.filter((node) => node !== owner && node.isRunning && node.local(key).length > 0).length;
      copies += held;
      if (held === 0) lost++;
    }
  }
  return { mean: copies / (proxies.length * PUTS_PER_PROXY), lost };
}

describe("fifteen nodes with sixty permanent puts each, in a network that serves each address 30 queries a second,", () => {
  test("all recover when they restart at the same moment, and the traffic calms down", async () => {
    const net = await createTestnet({
      nodes: 80,
      seed: 869,
      latency: "internet",
      loss: 0.01,
      nodesPerHost: 5,
      bootstraps: 10,
      config: { maxPeerReqPerSec: 30 },
    });
    const proxies = net.nodes.slice(-PROXIES);
    await Promise.all(proxies.map((node, proxy) => announceAll(node, proxy)));
    await net.advance("11m");
    const calm = await trafficOf(net, "10m");
    expect(spread(net, proxies).lost).toBe(0);

    net.restart(proxies);
    await Promise.all(proxies.map((node) => node.connected()));
    const start = net.now;
    const succeeded = await Promise.all(proxies.map((node, proxy) => announceAll(node, proxy)));
    expect(succeeded).toEqual(Array(PROXIES).fill(PUTS_PER_PROXY));
    expect(net.now - start).toBeLessThan(60_000);

    await net.advance("11m");
    const { lost, mean } = spread(net, proxies);
    expect(lost).toBe(0);
    expect(mean).toBeGreaterThan(6);
    expect(await trafficOf(net, "10m")).toBeLessThan(calm * 1.3);
  });
});

async function trafficOf(net: Testnet, duration: string): Promise<number> {
  const before = net.stats.sent;
  await net.advance(duration);
  return net.stats.sent - before;
}
