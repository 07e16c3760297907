import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(`packages/${path}`, import.meta.url));

export default defineConfig({
  // Tests run on the sources, not on dist: one instance of each module, no build in between.
  resolve: {
    alias: [
      { find: "@hashmere/dht/msgpack", replacement: source("dht/src/msgpack/index.ts") },
      { find: "@hashmere/dht/engine", replacement: source("dht/src/engine/index.ts") },
      { find: "@hashmere/dht/testnet", replacement: source("dht/src/testnet/index.ts") },
      { find: "@hashmere/dht/wire", replacement: source("dht/src/wire/index.ts") },
      { find: "@hashmere/dht", replacement: source("dht/src/index.ts") },
      { find: "@hashmere/crypto", replacement: source("crypto/src/index.ts") },
      { find: "@hashmere/dashboard", replacement: source("dashboard/src/index.ts") },
      { find: "@hashmere/proxy/client", replacement: source("proxy/src/client/index.ts") },
      { find: "@hashmere/proxy", replacement: source("proxy/src/index.ts") },
      { find: "@hashmere/connect", replacement: source("connect/src/index.ts") },
      { find: "@hashmere/kademlia", replacement: source("kademlia/src/index.ts") },
    ],
  },
  test: {
    include: ["packages/*/test/**/*.test.ts"],
    pool: "threads",
    // No test asserts how fast a machine is: this only ends one that hangs.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    // The counts that `.ci/run` adds up.
    ...(process.env.CI && { reporters: ["default", "json"], outputFile: { json: ".setup/unit-tests.json" } }),
  },
});
