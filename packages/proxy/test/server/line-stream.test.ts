import { once } from "node:events";
import { createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import { VirtualScheduler } from "@hashmere/dht/engine";
import { describe, expect, test } from "vitest";
import { ClientAccount } from "../../src/server/client-account.ts";
import { DEFAULT_LIMITS, STALLED_READER_MS } from "../../src/server/limits.ts";
import { EVENT_HEARTBEAT_MS, LineStream, type LineStreamOptions } from "../../src/server/line-stream.ts";
import { SlowReaders } from "../../src/server/slow-readers.ts";

interface Rig extends AsyncDisposable {
  readonly scheduler: VirtualScheduler;
  readonly stream: LineStream;
  readonly response: ServerResponse;
  readonly reader: IncomingMessage;
  /** What arrives, piece by piece; nothing is lost between two looks. */
  readonly arriving: AsyncIterator<string>;
}

/** A stream and its reader, with time that only the test moves. */
async function rig(options: Partial<LineStreamOptions>): Promise<Rig> {
  const scheduler = new VirtualScheduler();
  const opened = Promise.withResolvers<{ stream: LineStream; response: ServerResponse }>();
  const server = createServer((_, response) => {
    const { maxStreamBytes } = DEFAULT_LIMITS;
    const slowReaders = new SlowReaders(DEFAULT_LIMITS, scheduler);
    const account = new ClientAccount("192.0.2.1", scheduler, 1);
    const usual = { scheduler, slowReaders, account, maxBytes: maxStreamBytes, format: "lines" } as const;
    const stream = new LineStream(response, { ...usual, ...options });
    opened.resolve({ stream, response });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const asked = get({ host: "127.0.0.1", port: typeof address === "object" ? address?.port : 0, agent: false });
  const answered = once(asked, "response");
  const { stream, response } = await opened.promise;
  if (options.isShort) scheduler.advance(1_000);
  const [reader] = (await answered) as [IncomingMessage];
  reader.setEncoding("utf8").on("error", () => {});
  return {
    scheduler,
    stream,
    response,
    reader,
    arriving: reader[Symbol.asyncIterator](),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function heard({ arriving }: Rig): Promise<string> {
  return (await arriving.next()).value;
}

describe("a stream", () => {
  test("of lines is silent unless a heartbeat was asked for", async () => {
    await using quiet = await rig({});
    quiet.scheduler.advance(3_600_000);
    quiet.stream.write("{}\n");
    expect(await heard(quiet)).toBe("{}\n");
    await using beating = await rig({ heartbeatMs: 5_000 });
    beating.scheduler.advance(4_000);
    beating.stream.write("{}\n");
    expect(await heard(beating)).toBe("{}\n");
    beating.scheduler.advance(4_999);
    beating.scheduler.advance(1);
    expect(await heard(beating)).toBe("\n");
  });

  test("of events has a heartbeat, and tells its end", async () => {
    await using events = await rig({ format: "events" });
    events.scheduler.advance(EVENT_HEARTBEAT_MS);
    expect(await heard(events)).toBe(":\n\n");
    events.stream.end();
    expect(await heard(events)).toBe("event: end\ndata: {}\n\n");
    expect((await events.arriving.next()).done).toBe(true);
  });

  test("whose reader takes nothing ends after a minute", async () => {
    await using stalled = await rig({});
    stalled.reader.pause();
    const line = "x".repeat(100_000);
    while (!stalled.stream.isFull) {
      stalled.stream.write(line);
      await new Promise((resolve) => setImmediate(resolve));
    }
    stalled.scheduler.advance(STALLED_READER_MS - 1);
    expect(stalled.response.destroyed).toBe(false);
    stalled.scheduler.advance(1);
    expect(stalled.response.destroyed).toBe(true);
  });

  test("whose reader takes nothing of the last lines ends after a minute, too", async () => {
    await using stalled = await rig({ maxBytes: 100_000_000 });
    stalled.reader.pause();
    stalled.stream.write("x".repeat(16_000_000));
    stalled.stream.end();
    expect(stalled.stream.isClosed).toBe(true);
    stalled.scheduler.advance(STALLED_READER_MS);
    expect(stalled.response.destroyed).toBe(true);
  });

  test("whose reader falls too far behind ends at once", async () => {
    await using slow = await rig({ maxBytes: 1_000 });
    slow.reader.pause();
    for (let count = 0; count < 1_000 && !slow.response.destroyed; count++) slow.stream.write("x".repeat(100_000));
    expect(slow.response.destroyed).toBe(true);
    slow.stream.write("nobody hears\n");
    slow.stream.end();
  });
});
