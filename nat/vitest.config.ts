import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Real programs, real time: one laboratory after the other, with room for the waits that the protocol asks for.
export default defineConfig({
  test: {
    root: fileURLToPath(new URL(".", import.meta.url)),
    include: ["**/*.test.ts"],
    pool: "forks",
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
