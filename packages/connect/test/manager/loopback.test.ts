import { createHash, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { startLoopback } from "../support/loopback.ts";

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
