import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

export default defineConfig({
  root: path("page"),
  base: "./", // the proxy may serve the page under any path
  build: {
    outDir: path("dist/page"),
    emptyOutDir: true,
    target: "es2022",
    reportCompressedSize: false,
  },
  worker: { format: "es" },
  // `npx vite packages/dashboard`: the page from its sources, the node from a proxy that runs beside.
  server: { proxy: { "^/(dashboard|key|node)/": "http://localhost:8080" } },
});
