import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { VirtualScheduler } from "@hashmere/dht/engine";
import { expect, onTestFinished, test } from "vitest";
import { STALLED_READER_MS } from "../../src/server/limits.ts";
import { StallWatch } from "../../src/server/stall-watch.ts";

/** More than the kernel takes for a reader. */
const LARGE = "x".repeat(16_000_000);

/** A reader who has asked for so many answers, one behind the other, and takes nothing; and the answers. */
async function rig({ requests = 1 } = {}) {
  const responses: ServerResponse[] = [];
  const asked = Promise.withResolvers<void>();
  const server = createServer((_, response) => {
    responses.push(response);
    if (responses.length === requests) asked.resolve();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const reader: Socket = connect(typeof address === "object" && address ? address.port : 0, "127.0.0.1");
  reader.on("error", () => {}).write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(requests));
  reader.pause();
  onTestFinished(() => {
    reader.destroy();
    server.close();
  });
  await asked.promise;
  return { scheduler: new VirtualScheduler(), reader, responses };
}

test("who doesn't take an answer is cut off after a minute, though all of it has been said", async () => {
  const { scheduler, responses } = await rig();
  const [response] = responses;
  if (response === undefined) throw new Error("nobody asked");
  response.end(LARGE);
  new StallWatch(response, scheduler).look();
  scheduler.advance(STALLED_READER_MS - 1);
  expect(response.destroyed).toBe(false);
  scheduler.advance(1);
  expect(response.destroyed).toBe(true);
});

test("who has taken all of it in time is left alone", async () => {
  const { scheduler, reader, responses } = await rig();
  const [response] = responses;
  if (response === undefined) throw new Error("nobody asked");
  const watch = new StallWatch(response, scheduler);
  response.write(LARGE);
  watch.look();
  reader.resume();
  await once(response, "drain");
  scheduler.advance(10 * STALLED_READER_MS);
  expect(response.destroyed).toBe(false);
});

test("an answer that waits for its turn behind another is not the reader's fault", async () => {
  const { scheduler, responses } = await rig({ requests: 2 });
  const [first, second] = responses;
  if (first === undefined || second === undefined) throw new Error("nobody asked");
  second.end("soon\n");
  new StallWatch(second, scheduler).look();
  scheduler.advance(10 * STALLED_READER_MS);
  expect(second.destroyed).toBe(false);
  first.end(LARGE);
  new StallWatch(first, scheduler).look();
  scheduler.advance(STALLED_READER_MS);
  expect(first.destroyed).toBe(true);
});
