import { InfoHash, type Value } from "@hashmere/dht/engine";
import type { Announcer } from "../../src/server/permanent-puts.ts";

/** Takes puts and notes what becomes of them, without any network. */
export class QuietNode implements Announcer {
  /** `key id` of what is announced now. */
  readonly announced = new Set<string>();
  /** Announcements ever begun. */
  puts = 0;
  /** How puts go. */
  ok = true;

  put(key: InfoHash, value: Value): PromiseLike<{ readonly ok: boolean }> & { cancel(): void } {
    const name = `${key} ${value.id}`;
    this.announced.add(name);
    this.puts++;
    return Object.assign(Promise.resolve({ ok: this.ok }), { cancel: () => this.announced.delete(name) });
  }
}

export const KEY = InfoHash.get("key");
