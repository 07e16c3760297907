// Many who call at once, and decisions about them that take their time: what one of them can cost the others.
import { PkId } from "@hashmere/dht";
import { beforeEach, expect, test } from "vitest";
import {
  ADMISSION_TIMEOUT_MS,
  type AllowDecision,
  CertificateStore,
  MAX_INCOMING_NEGOTIATIONS,
  MAX_NEGOTIATIONS_PER_DEVICE,
  MAX_PENDING_REQUESTS_OF_STRANGERS,
  MAX_PENDING_REQUESTS_PER_DEVICE,
} from "../../src/index.ts";
import { strangers } from "../support/strangers.ts";
import { acceptAll, people, VirtualWorld } from "../support/virtual-world.ts";

let world: VirtualWorld;

beforeEach(() => {
  world = new VirtualWorld();
});

const deviceIdOf = (name: keyof typeof people) => PkId.fromBytes(people[name].certificate.longId());

test("a device that asked in vain before a restart of the callee gets through after it", async () => {
  const alice = await world.open("alice");
  world.box.publish(people.bob.certificate);
  const inVain = Array.from({ length: 6 }, () =>
    alice.connect(deviceIdOf("bob"), "a", { timeoutMs: 2000, forceNewLink: true }).catch(() => {}),
  );
  await world.until(Promise.all(inVain));
  acceptAll(await world.open("bob"));
  await world.time.run(100);
  expect((await world.until(alice.connect(deviceIdOf("bob"), "b"))).name).toBe("b");
});

test("all devices together have so many attempts at a time", async () => {
  const bob = await world.open("bob");
  const reasons = new Set<string>();
  bob.addEventListener("refused", ({ reason }) => reasons.add(reason));
  let id = 1n;
  for (const ask of await strangers(world, MAX_INCOMING_NEGOTIATIONS / MAX_NEGOTIATIONS_PER_DEVICE + 1)) {
    for (let attempt = 0; attempt < MAX_NEGOTIATIONS_PER_DEVICE; attempt++) ask(id++);
    await world.time.run(100);
  }
  await world.time.run(200);
  expect(bob.getConnectionList()).toHaveLength(MAX_INCOMING_NEGOTIATIONS);
  expect([...reasons]).toEqual(["there are too many attempts"]);
});

test("strangers can have so many requests decided on at a time, and don't keep out who is known", async () => {
  const certificates = await CertificateStore.open();
  await certificates.pinCertificate(people.alice.certificate);
  const allow: AllowDecision = ({ deviceId }) => deviceId.equals(deviceIdOf("alice")) || new Promise(() => {});
  acceptAll(await world.open("bob", { certificates, allow }));
  const bobsDht = world.dht("bob");
  const { findCertificate } = bobsDht;
  let asked = 0;
  bobsDht.findCertificate = function (id) {
    asked++;
    return findCertificate.call(this, id);
  };
  let id = 1n;
  for (const ask of await strangers(world, MAX_PENDING_REQUESTS_OF_STRANGERS / MAX_PENDING_REQUESTS_PER_DEVICE + 1)) {
    for (let attempt = 0; attempt < MAX_PENDING_REQUESTS_PER_DEVICE; attempt++) ask(id++);
  }
  await world.time.run(500);
  expect(asked).toBe(MAX_PENDING_REQUESTS_OF_STRANGERS);
  const alice = await world.open("alice");
  expect((await world.until(alice.connect(deviceIdOf("bob"), "a"))).name).toBe("a");
});

test("a device has so many attempts at a time; its next takes the place of its oldest", async () => {
  const bob = await world.open("bob");
  const [ask] = await strangers(world, 1);
  for (let id = 1n; id <= MAX_NEGOTIATIONS_PER_DEVICE + 2; id++) {
    ask?.(id);
    await world.time.run(200);
  }
  const numbers = bob.getConnectionList().map(({ id }) => id.split(" ")[1]);
  expect(numbers).toEqual(["3", "4", "5", "6"]);
});

test("a decision that never comes is a no after its time, is told so, and makes room for others", async () => {
  const signals: AbortSignal[] = [];
  const allow: AllowDecision = (_, signal) => {
    signals.push(signal);
    return new Promise(() => {});
  };
  const bob = await world.open("bob", { allow });
  const reasons: string[] = [];
  bob.addEventListener("refused", ({ reason }) => reasons.push(reason));
  const asks = await strangers(world, MAX_PENDING_REQUESTS_OF_STRANGERS / MAX_PENDING_REQUESTS_PER_DEVICE + 1);
  const late = asks.pop();
  let id = 1n;
  for (const ask of asks) for (let i = 0; i < MAX_PENDING_REQUESTS_PER_DEVICE; i++) ask(id++);
  await world.time.run(500);
  late?.(id++);
  await world.time.run(ADMISSION_TIMEOUT_MS - 1000);
  expect([signals.length, reasons]).toEqual([MAX_PENDING_REQUESTS_OF_STRANGERS, []]);
  expect(signals.some(({ aborted }) => aborted)).toBe(false);
  await world.time.run(1000);
  expect(signals.every(({ aborted }) => aborted)).toBe(true);
  expect(reasons).toHaveLength(MAX_PENDING_REQUESTS_OF_STRANGERS);
  expect(new Set(reasons)).toEqual(new Set(["whether it is allowed was not decided within 30 s"]));
  late?.(id++);
  await world.time.run(500);
  expect(signals).toHaveLength(MAX_PENDING_REQUESTS_OF_STRANGERS + 1);
});

test("a decision is not waited for when the manager closes", async () => {
  let signal: AbortSignal | undefined;
  const bob = await world.open("bob", {
    allow: (_, ending) => {
      signal = ending;
      return new Promise(() => {});
    },
  });
  const [ask] = await strangers(world, 1);
  ask?.(1n);
  await world.time.run(500);
  expect(signal?.aborted).toBe(false);
  const sent = world.box.sent.length;
  await world.until(bob.close());
  expect([signal?.aborted, world.box.sent.length]).toEqual([true, sent]);
});
