import { describe, expect, test } from "vitest";
import { createTestnet } from "../../src/testnet/index.ts";

describe("a network that is cut in two", () => {
  test.each(["2m", "1h"])(
    "for %s lives on in both halves, and is one again soon after it is healed",
    async (duration) => {
      const net = await createTestnet({ nodes: 100, seed: 3, latency: "internet", loss: 0.01, bootstraps: 1 });
      const [left, right] = [net.nodes.slice(0, 50), net.nodes.slice(50)];
      await net.node(0).put("before", "v", { permanent: true });
      net.partition([left, right]);
      await net.advance(duration);
      expect((await net.node(10).put("left", "v", { permanent: true })).ok).toBe(true);
      expect((await net.node(60).put("right", "v", { permanent: true })).ok).toBe(true);
      expect(await net.node(20).getAll("left")).toHaveLength(1);
      expect(await net.node(20).getAll("right")).toHaveLength(0);
      net.heal();
      await net.advance("25m");
      for (const asker of [net.node(5), net.node(95)]) {
        for (const key of ["before", "left", "right"]) expect(await asker.getAll(key)).toHaveLength(1);
      }
    },
  );
});
