import { SeededRandom, Value, VirtualScheduler } from "@hashmere/dht/engine";
import { describe, expect, test } from "vitest";
import type { PushTarget } from "../../src/json/index.ts";
import { AnnouncePacer } from "../../src/server/announce-pacer.ts";
import { ClientAccount } from "../../src/server/client-account.ts";
import { ClientLedger } from "../../src/server/client-ledger.ts";
import { OPERATION_LIFETIME_MS, WARNING_MS } from "../../src/server/lifetime.ts";
import { DEFAULT_LIMITS } from "../../src/server/limits.ts";
import { MAX_PUTS_PER_KEY, PermanentPuts } from "../../src/server/permanent-puts.ts";
import { KEY, QuietNode } from "../support/quiet-node.ts";
import { recordingPusher } from "../support/recording-pusher.ts";

const NOBODY: PushTarget = { token: "", clientId: "", sessionId: "", platform: "none", topic: "" };
const PHONE: PushTarget = { token: "T", clientId: "c", sessionId: "s1", platform: "unifiedpush", topic: "" };
const HELLO = new Value({ data: new TextEncoder().encode("hello") });

function rig() {
  const scheduler = new VirtualScheduler();
  const random = new SeededRandom(1);
  const node = new QuietNode();
  const { pusher, pushed } = recordingPusher({ scheduler, random });
  const ledger = new ClientLedger(DEFAULT_LIMITS, scheduler);
  const account = new ClientAccount("192.0.2.1", scheduler, 1);
  const puts = new PermanentPuts({
    node,
    scheduler,
    random,
    ledger,
    pacer: new AnnouncePacer({ scheduler, random, isConnected: () => true }),
    pusher,
    onChange: () => {},
  });
  return { scheduler, node, puts, ledger, account, pushed };
}

describe("a permanent put", () => {
  test("lasts a day, warns its client two hours before, and then ends", async () => {
    const { scheduler, node, puts, account, pushed } = rig();
    const phone = { ...PHONE, token: "https://push.example/x" };
    const put = await puts.put(KEY, HELLO, phone, account);
    expect(put?.id).not.toBe(0n);
    scheduler.advance(OPERATION_LIFETIME_MS - WARNING_MS - 1);
    expect(pushed).toEqual([]);
    scheduler.advance(1);
    expect(pushed).toEqual([{ s: "s1", timeout: `${KEY}`, to: "c", vid: `${put?.id}` }]);
    expect(node.announced.size).toBe(1);
    scheduler.advance(WARNING_MS);
    expect([node.announced.size, puts.size, puts.keys]).toEqual([0, 0, 0]);
  });

  test("of the same content by the same client is the same put, and lasts another day", async () => {
    const { scheduler, puts, account } = rig();
    const first = await puts.put(KEY, HELLO, PHONE, account);
    scheduler.advance(OPERATION_LIFETIME_MS / 2);
    expect(puts.renewEqual(KEY, HELLO, { ...PHONE, sessionId: "s2" })?.id).toBe(first?.id);
    expect(puts.renewEqual(KEY, HELLO, { ...PHONE, clientId: "another" })).toBeUndefined();
    expect(puts.renewEqual(KEY, HELLO.withData(new Uint8Array(3)), PHONE)).toBeUndefined();
    const [saved] = puts.saved();
    expect(saved?.target.sessionId).toBe("s2");
    scheduler.advance(OPERATION_LIFETIME_MS / 2);
    expect(puts.size).toBe(1);
  });

  test("that is asked for again under its id, and taken, lasts another day without being announced once more", async () => {
    const { scheduler, node, puts, account } = rig();
    const value = HELLO.withId(5n);
    expect(puts.renewEqual(KEY, value, PHONE)).toBeUndefined();
    await puts.put(KEY, value, PHONE, account);
    scheduler.advance(OPERATION_LIFETIME_MS / 2);
    expect(puts.renewEqual(KEY, value, PHONE)).toBe(value);
    expect(puts.renewEqual(KEY, value.with({ priority: 1 }), PHONE)).toBeUndefined();
    expect(puts.renewEqual(KEY, value.withData(new Uint8Array(3)), PHONE)).toBeUndefined();
    scheduler.advance(OPERATION_LIFETIME_MS / 2);
    expect([puts.size, node.puts]).toEqual([1, 1]);
  });

  test("of an earlier run that its client asks for again waits for its turn all the same", async () => {
    const { scheduler, node, puts } = rig();
    const value = HELLO.withId(5n);
    puts.restore([{ key: KEY, value, target: PHONE, endsAt: scheduler.wallClock() + 60_000 }]);
    expect(puts.renewEqual(KEY, value, PHONE)).toBe(value);
    expect(node.puts).toBe(0);
    scheduler.advance(OPERATION_LIFETIME_MS - 1);
    expect([puts.size, node.puts]).toEqual([1, 1]);
  });

  test("that nobody has taken is announced when it is asked for again", async () => {
    const { node, puts, account } = rig();
    node.ok = false;
    const value = HELLO.withId(5n);
    await puts.put(KEY, value, PHONE, account);
    expect(puts.renewEqual(KEY, value, PHONE)).toBeUndefined();
    node.ok = true;
    await puts.put(KEY, value, PHONE, account);
    expect(puts.renewEqual(KEY, value, PHONE)).toBe(value);
  });

  test("under a known id replaces the value, and nothing but the session of its client", async () => {
    const { puts, account } = rig();
    await puts.put(KEY, HELLO.withId(5n), PHONE, account);
    const stranger = { ...NOBODY, token: "theirs", sessionId: "s3" };
    await puts.put(KEY, new Value({ id: 5n }), stranger, account);
    const [saved] = puts.saved();
    expect(saved?.target).toEqual({ ...PHONE, sessionId: "s3" });
    expect(saved?.value.data.length).toBe(0);
  });

  test("is ended by its own client alone", async () => {
    const { node, puts, account } = rig();
    await puts.put(KEY, HELLO.withId(5n), PHONE, account);
    expect(puts.cancel(KEY, 5n, NOBODY)).toBe(false);
    expect(puts.cancel(KEY, 6n, PHONE)).toBe(false);
    expect(puts.cancel(KEY, 5n, PHONE)).toBe(true);
    expect([node.announced.size, puts.size]).toEqual([0, 0]);
  });

  test("counts what it holds for its client until it ends", async () => {
    const { puts, ledger, account } = rig();
    await puts.put(KEY, HELLO.withId(5n), NOBODY, account);
    await puts.put(KEY, HELLO.withId(5n), NOBODY, account);
    expect([ledger.bytes, account.bytes]).toEqual([5, 5]);
    puts.cancel(KEY, 5n, NOBODY);
    expect([ledger.bytes, account.bytes]).toEqual([0, 0]);
  });

  test("finds no room where there are too many", async () => {
    const { puts, account } = rig();
    for (let id = 1n; id < MAX_PUTS_PER_KEY; id++) await puts.put(KEY, HELLO.withId(id), NOBODY, account);
    expect(puts.isFullAt(KEY)).toBe(false);
    await puts.put(KEY, HELLO, NOBODY, account);
    expect(puts.isFullAt(KEY)).toBe(true);
    expect(account.shares["permanent puts"]).toBe(MAX_PUTS_PER_KEY);
  });

  test("that nobody takes is told, and stays", async () => {
    const { node, puts, account } = rig();
    node.ok = false;
    expect(await puts.put(KEY, HELLO, NOBODY, account)).toBeUndefined();
    expect(puts.size).toBe(1);
  });
});
