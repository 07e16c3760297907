import { VirtualScheduler } from "@hashmere/dht/engine";
import { expect, test } from "vitest";
import { ANSWER_MS, RollCall } from "../../src/client/roll-call.ts";
import { SharedSlots } from "../../src/client/stream-slots.ts";
import { settle } from "./client-rig.ts";

/** Tabs that hear each other, in virtual time. */
class Tabs {
  readonly clock = new VirtualScheduler();
  readonly #open = new Set<RollCall>();

  open(): { readonly tab: RollCall; readonly die: () => void } {
    const tab: RollCall = new RollCall(
      (call) => {
        for (const other of this.#open) if (other !== tab) queueMicrotask(() => other.hear(call));
      },
      (ms) => new Promise((resolve) => this.clock.at(this.clock.now() + ms, resolve)),
    );
    this.#open.add(tab);
    return { tab, die: () => void this.#open.delete(tab) };
  }

  /** What comes of claims that are all made now. */
  async outcomes(claims: readonly Promise<(() => void) | undefined>[]): Promise<((() => void) | undefined)[]> {
    const all = Promise.all(claims);
    for (let i = 0; i < 10; i++) {
      await settle();
      this.clock.advance(ANSWER_MS);
    }
    return all;
  }
}

test("of many tabs that claim a name at once, one gets it, and the next when it is given back", async () => {
  const tabs = new Tabs();
  const opened = Array.from({ length: 8 }, () => tabs.open().tab);
  const releases = await tabs.outcomes(opened.map((tab) => tab.claim("stream")));
  expect(releases.filter(Boolean)).toHaveLength(1);
  const late = tabs.open().tab;
  expect(await tabs.outcomes([late.claim("stream")])).toEqual([undefined]);
  releases.find(Boolean)?.();
  const [release] = await tabs.outcomes([late.claim("stream")]);
  expect(release).toBeDefined();
});

test("a name is claimed once within one tab, too", async () => {
  const tabs = new Tabs();
  const { tab } = tabs.open();
  const releases = await tabs.outcomes([tab.claim("stream"), tab.claim("stream"), tab.claim("other")]);
  expect(releases.map(Boolean)).toEqual([true, false, true]);
});

test("what a tab had that has died is free", async () => {
  const tabs = new Tabs();
  const [first, second] = [tabs.open(), tabs.open()];
  await tabs.outcomes([first.tab.claim("stream")]);
  first.die();
  expect((await tabs.outcomes([second.tab.claim("stream")])).map(Boolean)).toEqual([true]);
});

test("all tabs together have as many streams as there are slots", async () => {
  const tabs = new Tabs();
  const slots = Array.from({ length: 8 }, () => {
    const { tab } = tabs.open();
    return new SharedSlots(3, (name) => tab.claim(name));
  });
  const taken = await tabs.outcomes(slots.flatMap((own) => [own.take(), own.take()]));
  expect(taken.filter(Boolean)).toHaveLength(3);
});
