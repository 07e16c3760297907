import { EventEmitter } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { connectSoon } from "../../src/sockets/index.ts";

// Connections of which nothing is heard until a test says so.

vi.mock(import("node:net"), async (original) => ({ ...(await original()), connect: vi.fn() }));

const TO = { host: "192.0.2.1", port: 7 };
const never = new AbortController().signal;

class FakeSocket extends EventEmitter {
  readonly destroy = vi.fn();
}

let attempts: FakeSocket[];

beforeEach(() => {
  vi.useFakeTimers();
  attempts = [];
  vi.mocked(connect).mockImplementation(() => {
    const socket = new FakeSocket();
    attempts.push(socket);
    return socket as unknown as Socket; // as much of one as is used
  });
});
afterEach(() => void vi.useRealTimers());

test("when the first one is not open soon, another one is tried, and the first to open is taken", async () => {
  const opening = connectSoon(TO, never);
  vi.advanceTimersByTime(299);
  expect(attempts).toHaveLength(1);
  vi.advanceTimersByTime(1);
  const [first, second] = attempts;
  second?.emit("connect");
  expect(await opening).toBe(second);
  expect([first?.destroy, second?.destroy].map((destroy) => destroy?.mock.calls.length)).toEqual([1, 0]);
});

test("the first one may still be the quicker", async () => {
  const opening = connectSoon(TO, never);
  vi.advanceTimersByTime(300);
  attempts[0]?.emit("connect");
  expect(await opening).toBe(attempts[0]);
  expect(attempts[1]?.destroy).toHaveBeenCalledOnce();
});

test("who is refused before another one is tried has failed; else when both have", async () => {
  const refused = connectSoon(TO, never);
  attempts[0]?.emit("error", new Error("refused"));
  await expect(refused).rejects.toThrow("refused");
  vi.advanceTimersByTime(1000);
  expect(attempts).toHaveLength(1);

  attempts = [];
  const unreachable = connectSoon(TO, never);
  vi.advanceTimersByTime(300);
  attempts[0]?.emit("error", new Error("first"));
  attempts[1]?.emit("error", new Error("second"));
  await expect(unreachable).rejects.toThrow("second");
});

test("from a fixed port there is but one", () => {
  connectSoon({ ...TO, localPort: 9000 }, never).catch(() => {});
  vi.advanceTimersByTime(1000);
  expect(attempts).toHaveLength(1);
});

test("the signal ends all of them", async () => {
  const stop = new AbortController();
  const opening = connectSoon(TO, stop.signal);
  vi.advanceTimersByTime(300);
  stop.abort(new Error("enough"));
  await expect(opening).rejects.toThrow("enough");
  for (const { destroy } of attempts) expect(destroy).toHaveBeenCalledOnce();
});
