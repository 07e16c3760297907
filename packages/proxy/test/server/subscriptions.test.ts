import { type ListenEvent, SeededRandom, Value, VirtualScheduler } from "@hashmere/dht/engine";
import { describe, expect, test } from "vitest";
import type { PushTarget } from "../../src/json/index.ts";
import { AnnouncePacer, START_JITTER_MS } from "../../src/server/announce-pacer.ts";
import { ClientAccount } from "../../src/server/client-account.ts";
import { ClientLedger } from "../../src/server/client-ledger.ts";
import { OPERATION_LIFETIME_MS, WARNING_MS } from "../../src/server/lifetime.ts";
import { DEFAULT_LIMITS } from "../../src/server/limits.ts";
import { type Ear, GATHERING_MS, Subscriptions } from "../../src/server/subscriptions.ts";
import { KEY } from "../support/quiet-node.ts";
import { recordingPusher } from "../support/recording-pusher.ts";
import { ToldListener } from "../support/told-listener.ts";

const PHONE: PushTarget = {
  token: "https://push.example/x",
  clientId: "c",
  sessionId: "s1",
  platform: "unifiedpush",
  topic: "",
};
const ONE = new Value({ id: 1n, priority: 1 });
const TWO = new Value({ id: 2n, priority: 1 });

/** A node that hears what the test says. */
class Whisper implements Ear {
  runs = true;
  listens = 0;
  #told: ToldListener | undefined;

  isRunning(): boolean {
    return this.runs;
  }

  async say(...events: ListenEvent<Value>[]): Promise<void> {
    for (const event of events) this.#told?.tell(event);
    await settled();
  }

  async fail(): Promise<void> {
    this.#told?.fail(new Error("too many keys"));
    await settled();
  }

  listen(): ReturnType<Ear["listen"]> {
    this.listens++;
    this.#told = new ToldListener(() => void this.listens--);
    return this.#told.listener;
  }
}

function rig() {
  const scheduler = new VirtualScheduler();
  const random = new SeededRandom(1);
  const node = new Whisper();
  const { pusher, pushed } = recordingPusher({ scheduler, random });
  const account = new ClientAccount("192.0.2.1", scheduler, 1);
  const subscriptions = new Subscriptions({
    node,
    scheduler,
    ledger: new ClientLedger({ ...DEFAULT_LIMITS, maxSubscriptions: 10 }, scheduler),
    pacer: new AnnouncePacer({ scheduler, random, isConnected: () => true }),
    pusher,
    onChange: () => {},
  });
  return { scheduler, node, account, subscriptions, pushed };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("a subscription", () => {
  test("is told in one push what comes together, apart from what goes", async () => {
    const { scheduler, node, account, subscriptions, pushed } = rig();
    subscriptions.add(KEY, PHONE, account);
    await node.say({ value: ONE, expired: false }, { value: TWO, expired: false }, { value: ONE, expired: true });
    scheduler.advance(GATHERING_MS);
    expect(pushed).toMatchObject([
      { ids: "1,2", pt: "," },
      { ids: "1", exp: "1" },
    ]);
    await node.say({ value: ONE, expired: true }, { value: TWO, expired: true });
    scheduler.advance(GATHERING_MS);
    expect(pushed.at(-1)).not.toHaveProperty("exp");
  });

  test("keeps its first topic for news, and names the session of now", async () => {
    const { scheduler, node, account, subscriptions, pushed } = rig();
    subscriptions.add(KEY, PHONE, account);
    expect(subscriptions.renew(KEY, { ...PHONE, sessionId: "s2", platform: "android" })).toBe(true);
    await node.say({ value: ONE, expired: false });
    scheduler.advance(GATHERING_MS);
    expect(pushed).toMatchObject([{ ids: "1", s: "s2" }]);
  });

  test("lasts a day, warns its client two hours before, and then ends", () => {
    const { scheduler, node, account, subscriptions, pushed } = rig();
    subscriptions.add(KEY, PHONE, account);
    scheduler.advance(OPERATION_LIFETIME_MS - WARNING_MS);
    expect(pushed).toEqual([{ s: "s1", timeout: `${KEY}`, to: "c" }]);
    expect(subscriptions.size).toBe(1);
    scheduler.advance(WARNING_MS);
    expect([subscriptions.size, subscriptions.tokens, node.listens]).toEqual([0, 0, 0]);
  });

  test("is one for each token, key and client", () => {
    const { account, subscriptions } = rig();
    subscriptions.add(KEY, PHONE, account);
    expect(subscriptions.renew(KEY, { ...PHONE, clientId: "d" })).toBe(false);
    subscriptions.add(KEY, { ...PHONE, clientId: "d" }, account);
    expect([subscriptions.size, subscriptions.tokens]).toEqual([2, 1]);
    subscriptions.remove(KEY, { ...PHONE, clientId: "d" });
    subscriptions.remove(KEY, { ...PHONE, clientId: "unknown" });
    expect(subscriptions.size).toBe(1);
    subscriptions.removeToken(PHONE.token);
    expect(subscriptions.size).toBe(0);
  });

  test("says nothing of what a node tells when it ends", async () => {
    const { scheduler, node, account, subscriptions, pushed } = rig();
    subscriptions.add(KEY, PHONE, account);
    node.runs = false;
    await node.say({ value: ONE, expired: true });
    scheduler.advance(GATHERING_MS);
    expect(pushed).toEqual([]);
  });

  test("ends where the node can't listen any more", async () => {
    const { node, account, subscriptions } = rig();
    subscriptions.add(KEY, PHONE, account);
    await node.fail();
    expect([subscriptions.size, account.shares.subscriptions]).toEqual([0, 0]);
  });

  test("of an earlier run is taken up again, no more than there may be", () => {
    const { scheduler, node, subscriptions } = rig();
    const saved = Array.from({ length: 12 }, (_, index) => ({
      key: KEY,
      target: { ...PHONE, clientId: `${index}` },
      endsAt: scheduler.wallClock() + 3_600_000,
    }));
    subscriptions.restore(saved);
    scheduler.advance(START_JITTER_MS + 1_000);
    expect(subscriptions.size).toBe(10);
    expect(node.listens).toBeGreaterThan(0);
    scheduler.advance(3_600_000);
    expect(subscriptions.size).toBe(0);
  });
});
