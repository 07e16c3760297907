import { expect, it } from "vitest";
import { TypedEventTarget } from "../../src/events/index.ts";

class OpenedEvent extends Event {
  readonly by: string;

  constructor(by: string) {
    super("opened");
    this.by = by;
  }
}

class Door extends TypedEventTarget<{ readonly opened: OpenedEvent }> {}

it("hands listeners the event of the name that they listen to, until they are removed", () => {
  const door = new Door();
  const seen: string[] = [];
  const listener = ({ by }: OpenedEvent) => void seen.push(by);
  door.addEventListener("opened", listener);
  door.dispatchEvent(new OpenedEvent("Alice"));
  door.removeEventListener("opened", listener);
  door.dispatchEvent(new OpenedEvent("Bob"));
  expect(seen).toEqual(["Alice"]);
});

it("takes other names too, as every event target", () => {
  const door = new Door();
  const seen: string[] = [];
  door.addEventListener("closed", ({ type }) => void seen.push(type), { once: true });
  door.dispatchEvent(new Event("closed"));
  door.dispatchEvent(new Event("closed"));
  expect(seen).toEqual(["closed"]);
});
