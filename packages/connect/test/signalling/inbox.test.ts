import { PkId, silentLogger, Value } from "@hashmere/dht";
import { beforeEach, expect, test } from "vitest";
import {
  Inbox,
  type InboxOptions,
  inboxKey,
  type LegacyMode,
  MAX_PENDING_REQUESTS_PER_DEVICE,
  type PeerRequest,
  TreatedMessages,
} from "../../src/signalling/index.ts";
import { capturedIdentity } from "../support/captured.ts";
import { Mailbox } from "../support/mailbox.ts";
import { VirtualTime } from "../support/virtual-time.ts";

const alice = capturedIdentity("alice");
const bob = capturedIdentity("bob");
const REQUEST = { id: 7n, iceMessage: "ice", isAnswer: false, connectionType: "sync", isRefusal: false };

let time: VirtualTime;
let box: Mailbox;

beforeEach(() => {
  time = new VirtualTime();
  box = new Mailbox(time);
});

async function openInbox(identity: typeof alice, options: Partial<InboxOptions> = {}) {
  const requests: PeerRequest[] = [];
  const answers: PeerRequest[] = [];
  const inbox = new Inbox({
    dht: box.of(identity),
    identity,
    legacyMode: "enabled",
    treated: await TreatedMessages.open({ scheduler: time }),
    log: silentLogger,
    isKnown: () => false,
    onRequest: async (request) => {
      requests.push(request);
      return true;
    },
    onAnswer: (answer) => answers.push(answer) > 0,
    ...options,
  });
  const opened = inbox.open();
  await time.run(100);
  await opened;
  return { inbox, requests, answers };
}

test("a request comes with who sent it and where it was found; the answer goes there", async () => {
  const atBob = await openInbox(bob);
  const atAlice = await openInbox(alice);
  await time.until(atAlice.inbox.send(bob.key.publicKey, REQUEST, { inbox: "long" }));
  await time.run(100);
  expect(atBob.requests).toMatchObject([{ ...REQUEST, inbox: "long" }]);
  expect(atBob.requests[0]?.from.equals(alice.key.publicKey)).toBe(true);
  const answer = { ...REQUEST, isAnswer: true, connectionType: "" };
  await time.until(atBob.inbox.send(alice.key.publicKey, answer, { inbox: "short" }));
  await time.run(100);
  expect(atAlice.answers).toMatchObject([{ ...answer, inbox: "short" }]);
  expect(box.sent.map(({ pushType }) => pushType)).toEqual(["sync", ""]); // answers wake nobody up
});

test.each<[LegacyMode, number]>([
  ["enabled", 2],
  ["supported", 2],
  ["disabled", 1],
])("with the older inbox %s, %i of both kinds of message arrive", async (legacyMode, count) => {
  const atBob = await openInbox(bob, { legacyMode });
  const atAlice = await openInbox(alice);
  for (const [id, inbox] of [
    [1n, "short"],
    [2n, "long"],
  ] as const) {
    void atAlice.inbox.send(bob.key.publicKey, { ...REQUEST, id }, { inbox });
  }
  await time.run(200);
  expect(atBob.requests).toHaveLength(count);
});

test("the same id counts once, in whatever value and inbox it comes", async () => {
  const atBob = await openInbox(bob);
  const atAlice = await openInbox(alice);
  for (const inbox of ["short", "long", "short"] as const)
    void atAlice.inbox.send(bob.key.publicKey, REQUEST, { inbox });
  await time.run(200);
  expect(atBob.requests).toHaveLength(1);
  expect(atBob.inbox.dropped.repeated).toBe(2);
});

test("an answer may be followed by another, with more addresses", async () => {
  const atAlice = await openInbox(alice);
  const atBob = await openInbox(bob);
  for (const iceMessage of ["some", "some and more"])
    void atBob.inbox.send(alice.key.publicKey, { ...REQUEST, iceMessage, isAnswer: true }, { inbox: "long" });
  await time.run(200);
  expect(atAlice.answers.map(({ iceMessage }) => iceMessage)).toEqual(["some", "some and more"]);
});

test.each([
  ["that was asked for is remembered", true, 1],
  ["that nobody asked for is not, or strangers could have requests forgotten by it", false, 0],
])("an answer %s", async (_, isAskedFor, size) => {
  const treated = await TreatedMessages.open({ scheduler: time });
  await openInbox(alice, { treated, onAnswer: () => isAskedFor });
  const atBob = await openInbox(bob);
  void atBob.inbox.send(alice.key.publicKey, { ...REQUEST, isAnswer: true }, { inbox: "long" });
  await time.run(200);
  expect(treated.size).toBe(size);
});

test("what could not be decided gets another chance when it comes again", async () => {
  let asked = 0;
  await openInbox(bob, { onRequest: async () => ++asked === 2 });
  const { inbox } = await openInbox(alice);
  for (let i = 0; i < 3; i++) {
    void inbox.send(bob.key.publicKey, REQUEST, { inbox: "long" });
    await time.run(200);
  }
  expect(asked).toBe(2);
});

test("what waited in the network comes after a start; what was dealt with before the restart does not", async () => {
  const treated = await TreatedMessages.open({ scheduler: time });
  const { inbox } = await openInbox(alice);
  await time.until(inbox.send(bob.key.publicKey, REQUEST, { inbox: "long" }));
  expect((await openInbox(bob, { treated })).requests).toHaveLength(1);
  const restarted = await openInbox(bob, { treated });
  expect(restarted.requests).toHaveLength(0);
  expect(restarted.inbox.dropped.repeated).toBe(1);
});

test("one device can keep the callee busy with so many requests at a time", async () => {
  const forever = new Promise<boolean>(() => {});
  const atBob = await openInbox(bob, { onRequest: () => forever });
  const { inbox } = await openInbox(alice);
  for (let id = 1n; id <= MAX_PENDING_REQUESTS_PER_DEVICE + 3; id++) {
    void inbox.send(bob.key.publicKey, { ...REQUEST, id }, { inbox: "long" });
  }
  await time.run(200);
  expect(atBob.inbox.dropped.tooMany).toBe(3);
});

test("values of another kind, for others, and unreadable ones are passed over", async () => {
  const atBob = await openInbox(bob);
  const { inbox } = await openInbox(alice);
  await time.until(inbox.send(bob.key.publicKey, REQUEST, { inbox: "long" }));
  await time.run(100);
  const [good = new Value()] = box.sent;
  const key = inboxKey(PkId.fromBytes(bob.key.publicKey.longId()));
  const fresh = good.withId(0n);
  for (const value of [
    fresh.with({ userType: "chat" }),
    fresh.with({ type: 1 }),
    fresh.with({ signature: undefined }),
    fresh.with({ recipient: undefined }),
    fresh.with({ data: Uint8Array.of(0xc0) }),
    fresh.with({ owner: Uint8Array.of(1) }),
  ]) {
    box.store(key, value);
  }
  await time.run(100);
  expect(atBob.requests).toHaveLength(1);
  expect(atBob.inbox.dropped.malformed).toBe(2);
});

test("a closed inbox reads nothing", async () => {
  const atBob = await openInbox(bob);
  const { inbox } = await openInbox(alice);
  atBob.inbox.close();
  await time.until(inbox.send(bob.key.publicKey, REQUEST, { inbox: "long" }));
  await time.run(100);
  expect(atBob.requests).toEqual([]);
});
