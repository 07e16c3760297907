import { createHash, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { startLoopback } from "../support/loopback.ts";
import { settle } from "../support/virtual-time.ts";

test("ten megabytes go to a device of which the id is known alone, and come back as they were", async () => {
  const { open } = await startLoopback();
  const bob = await open("bob", { allow: () => true });
  const alice = await open("alice");
  bob.handle(async (request) => {
    const channel = await request.accept();
    channel?.pipe(channel);
  });
  const channel = await alice.connect(`${bob.deviceId}`, "echo");
  const sent = randomBytes(10 * 1024 * 1024);
  const received = createHash("sha256");
  let left = sent.length;
  channel.on("data", (chunk: Buffer) => {
    received.update(chunk);
    left -= chunk.length;
    if (left === 0) channel.end();
  });
  channel.write(sent);
  await new Promise((resolve) => channel.once("close", resolve));
  expect(received.digest("hex")).toBe(createHash("sha256").update(sent).digest("hex"));
});

test("after the end no socket is left", async () => {
  const { open } = await startLoopback();
  const sockets = () => process.getActiveResourcesInfo().filter((kind) => /^(TCP|UDP|UDX)/.test(kind)).length;
  const [bob, alice] = [await open("bob", { allow: () => true }), await open("alice")];
  bob.handle((request) => void request.accept());
  await bob.published;
  const before = sockets();
  const channel = await alice.connect(bob.deviceId, "chat");
  expect(sockets()).toBeGreaterThan(before);
  channel.resume();
  await Promise.all([alice.close(), bob.close()]);
  await settle();
  expect(sockets()).toBe(before);
});
