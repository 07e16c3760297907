import { Value } from "@hashmere/dht/engine";
import { describe, expect, test } from "vitest";
import { KeyListener } from "../../src/client/key-listener.ts";

function value(id: number, text: string): Value {
  return new Value({ id: BigInt(id), data: new TextEncoder().encode(text) });
}

function listening(isEnough = (_event: string) => false) {
  const events: string[] = [];
  const listener = new KeyListener(
    {
      filter: (each) => each.text() === "online",
      onValues: (values, expired) => {
        const told = values.map((each) => `${expired ? "-" : "+"}${each.id}${each.text()}`);
        events.push(...told);
        return !told.some(isEnough);
      },
    },
    (callback) => callback(),
  );
  return { events, listener };
}

describe("a listener that chooses, through a proxy", () => {
  test("is told that a value is gone when an edit takes it out of the choice, and of its end no more", () => {
    const { events, listener } = listening();
    listener.tell([value(1, "online"), value(2, "offline")], false);
    expect(listener.shownOf([value(1, "online"), value(2, "offline")]).map(({ id }) => id)).toEqual([1n]);
    listener.tell([value(1, "offline")], false);
    listener.tell([value(1, "offline"), value(2, "offline")], true);
    expect(events).toEqual(["+1online", "-1offline"]);
  });

  test("hears nothing after it has had enough, or has ended", () => {
    const { events, listener } = listening((event) => event === "+2online");
    listener.tell([value(1, "online")], false);
    expect(listener.tell([value(2, "online"), value(1, "offline")], false)).toBe(false);
    listener.end();
    expect(listener.tell([value(1, "online")], true)).toBe(false);
    expect(events).toEqual(["+1online", "+2online"]);
  });
});
