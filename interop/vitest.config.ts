import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Real programs, real time: one file after the other, with room for the waits that the protocol asks for.
export default defineConfig({
  test: {
    root: fileURLToPath(new URL(".", import.meta.url)),
    include: ["**/*.test.ts"],
    pool: "forks",
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
