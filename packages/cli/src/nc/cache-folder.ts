import { join } from "node:path";

/** Where DHTNet's own tools keep what outlives a run; shared with them. Source: DHTNet's tools, cache directory. */
export function dhtnetCacheFolder({ DHTNET_CACHE_DIR: named, HOME: home }: NodeJS.ProcessEnv = process.env): string {
  return named || (home ? join(home, ".cache", "dhtnet") : "/tmp");
}
