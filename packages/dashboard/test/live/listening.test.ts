import { describe, expect, it } from "vitest";
import { Listening } from "../../page/live/listening.ts";
import type { ShownChange } from "../../page/live/page-dht.ts";

/** A network in which somebody says the same at every key. */
function chatter(changes: readonly ShownChange[]) {
  const stopped: string[] = [];
  const listening = new Listening({
    async *listen(key, signal) {
      signal.addEventListener("abort", () => stopped.push(key));
      yield* changes;
    },
  });
  return { listening, stopped };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const said = (id: number, text: string, expired = false): ShownChange => ({ id: `${id}`, text, expired });

describe("listening", () => {
  it("keeps the last word of each value", async () => {
    const { listening } = chatter([said(1, "one"), said(2, "two"), said(1, "one", true)]);
    listening.start("room");
    await turn();
    expect(listening.ears.value).toEqual([{ key: "room", heard: [said(2, "two"), said(1, "one", true)] }]);
  });

  it("remembers as much as people read", async () => {
    const { listening } = chatter(Array.from({ length: 100 }, (_, id) => said(id, "again")));
    listening.start("room");
    await turn();
    expect(listening.ears.value[0]?.heard).toHaveLength(30);
  });

  it("listens to a key once, and to no more than eight keys", () => {
    const { listening } = chatter([]);
    listening.start("room");
    listening.start("room");
    expect(listening.ears.value).toHaveLength(1);
    for (let i = 0; i < 20; i++) listening.start(`room ${i}`);
    expect(listening.ears.value).toHaveLength(8);
    expect(listening.isFull).toBe(true);
  });

  it("stops where it is asked to", () => {
    const { listening, stopped } = chatter([]);
    listening.start("room");
    listening.stop("room");
    expect(stopped).toEqual(["room"]);
    expect(listening.ears.value).toEqual([]);
  });
});
