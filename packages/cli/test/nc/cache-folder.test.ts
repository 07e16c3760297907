import { expect, test } from "vitest";
import { dhtnetCacheFolder } from "../../src/nc/cache-folder.ts";

test.each([
  [{ DHTNET_CACHE_DIR: "/var/cache/dhtnet", HOME: "/home/me" }, "/var/cache/dhtnet"],
  [{ DHTNET_CACHE_DIR: "", HOME: "/home/me" }, "/home/me/.cache/dhtnet"],
  [{ HOME: "/home/me" }, "/home/me/.cache/dhtnet"],
  [{}, "/tmp"],
])("with %j the cache of DHTNet's tools is %s", (environment, folder) => {
  expect(dhtnetCacheFolder(environment)).toBe(folder);
});
