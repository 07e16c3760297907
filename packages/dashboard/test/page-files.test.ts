import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { dashboardFiles } from "@hashmere/dashboard";
import { describe, expect, it } from "vitest";

const read = (path: string) => readFile(new URL(path, dashboardFiles), "utf8");

describe("the files of the page", async () => {
  const files = await readdir(fileURLToPath(dashboardFiles), { recursive: true });
  const texts = files.filter((file) => /\.(html|css|js)$/.test(file));

  it("begin with an index that names what it loads relative to itself", async () => {
    const index = await read("index.html");
    const loaded = [...index.matchAll(/ (?:src|href)="([^"]*)"/g)].map(([, path = ""]) => path);
    expect(loaded.length).toBeGreaterThan(2);
    for (const path of loaded) {
      expect(path).toMatch(/^\.\/assets\/[\w-]+\.\w+$/);
      expect(files).toContain(path.slice("./".length));
    }
  });

  it("have letters and a worker of their own", () => {
    expect(files.filter((file) => file.endsWith(".woff2"))).toHaveLength(2);
    expect(files.filter((file) => /worker-.*\.js$/.test(file))).toHaveLength(1);
  });

  it.each(texts)("load nothing from elsewhere, and nothing of Node.js: %s", async (file) => {
    const text = await read(file);
    expect(text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    expect(text).not.toMatch(/(?:url\(|@import |import\(|from ?)["']?https?:/);
    expect(text).not.toMatch(/["']node:/);
  });
});
