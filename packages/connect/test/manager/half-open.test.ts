import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { VirtualWorld } from "../support/virtual-world.ts";

test("the first channel of a link can be ended in one direction: the answer still comes", async () => {
  const world = new VirtualWorld();
  const alice = await world.open("alice");
  const bob = await world.open("bob");
  bob.handle(async (request) => {
    const channel = await request.accept();
    if (channel === undefined) return;
    channel.allowHalfOpen = true;
    channel.end(`you said: ${await text(channel)}`);
  });
  const channel = await world.until(alice.connect(bob.deviceId, "question"));
  expect(channel.endsOneWay).toBe(true);
  channel.allowHalfOpen = true;
  const answer = text(channel);
  channel.end("hello");
  expect(await world.until(answer)).toBe("you said: hello");
});
