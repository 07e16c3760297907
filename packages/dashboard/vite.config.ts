import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** Letters are fetched with the page, not when the first text is drawn, so that nothing jumps when they come. */
const earlyLetters: Plugin = {
  name: "early-letters",
  transformIndexHtml: {
    order: "post",
    handler: (_html, { bundle = {} }) =>
      Object.keys(bundle)
        .filter((file) => file.endsWith(".woff2"))
        .map((file) => ({
          tag: "link",
          attrs: { rel: "preload", as: "font", type: "font/woff2", href: `./${file}`, crossorigin: true },
          injectTo: "head",
        })),
  },
};

export default defineConfig({
  root: path("page"),
  base: "./", // the proxy may serve the page under any path
  plugins: [earlyLetters],
  build: {
    outDir: path("dist/page"),
    emptyOutDir: true,
    target: "es2022",
    reportCompressedSize: false,
  },
  worker: { format: "es" },
  // `npx vite --config packages/dashboard/vite.config.ts`: the page from its sources, the node of a proxy that runs beside.
  server: { proxy: { "^/(dashboard|key|node)/": "http://localhost:8080" } },
});
