// What keeps a channel from coming about, and what the user is told: always with a code, always within the time.
import type { Identity } from "@hashmere/crypto";
import { type InfoHash, PkId, type Value } from "@hashmere/dht";
import { beforeEach, describe, expect, test } from "vitest";
import type {
  ConnectError,
  ConnectErrorCode,
  ConnectionManager,
  ConnectOptions,
  LegacyMode,
  RefusedEvent,
} from "../../src/index.ts";
import { SECOND_LOOK_MS } from "../../src/manager/network-check.ts";
import { acceptAll, people, VirtualWorld, withChain, withoutChain } from "../support/virtual-world.ts";

let world: VirtualWorld;

beforeEach(() => {
  world = new VirtualWorld();
});

/** With which code, and after how long, connecting fails. */
async function failureOf(
  manager: ConnectionManager,
  device: PkId,
  options: ConnectOptions = {},
): Promise<{ readonly code: ConnectErrorCode; readonly afterMs: number }> {
  const begin = world.time.now();
  const failure: ConnectError = await world.until(
    manager.connect(device, "chat", options).then(
      () => {
        throw new Error("connected");
      },
      (error: ConnectError) => error,
    ),
  );
  expect(failure.message).not.toBe("");
  return { code: failure.code, afterMs: world.time.now() - begin };
}

function isFor({ certificate }: Identity, recipient: InfoHash): boolean {
  return Buffer.from(certificate.shortId()).equals(recipient.bytes);
}

const bobsId = PkId.fromBytes(people.bob.certificate.longId());

test("no DHT", async () => {
  const alice = await world.open("alice");
  world.dht("alice").isConnected = false;
  expect(await failureOf(alice, bobsId)).toEqual({ code: "ERR_NO_NETWORK", afterMs: 10_000 });
});

test("no certificate", async () => {
  const alice = await world.open("alice");
  expect(await failureOf(alice, bobsId)).toEqual({ code: "ERR_NO_CERTIFICATE", afterMs: 10_000 });
});

test("a certificate that appears while one looks for it is found", async () => {
  const alice = await world.open("alice");
  const asked = alice.connect(bobsId, "chat");
  await world.time.run(3000);
  acceptAll(await world.open("bob"));
  expect((await world.until(asked)).name).toBe("chat");
});

test("a device that is offline", async () => {
  const alice = await world.open("alice");
  world.box.publish(people.bob.certificate);
  expect(await failureOf(alice, bobsId)).toEqual({ code: "ERR_NO_ANSWER", afterMs: 10_000 });
  expect(await failureOf(alice, bobsId, { timeoutMs: 3000 })).toEqual({ code: "ERR_NO_ANSWER", afterMs: 3000 });
});

test("a device that doesn't allow us, and says so", async () => {
  const alice = await world.open("alice");
  const bob = await world.open("bob", { allow: [] });
  const refused: string[] = [];
  bob.addEventListener("refused", (event: RefusedEvent) => refused.push(`${event.deviceId}: ${event.reason}`));
  const { code, afterMs } = await failureOf(alice, bobsId);
  expect(code).toBe("ERR_REFUSED");
  expect(afterMs).toBeLessThan(1000);
  expect(refused).toEqual([`${alice.deviceId}: it isn't allowed`]);
  expect([bob.activeLinks, bob.getConnectionList()]).toEqual([0, []]);
});

test("a device that doesn't allow us, and keeps silent", async () => {
  const alice = await world.open("alice");
  await world.open("bob", { allow: undefined, answerRefusals: false });
  expect((await failureOf(alice, bobsId)).code).toBe("ERR_NO_ANSWER");
});

test("no path", async () => {
  const { alice } = await world.pair();
  world.paths.isBlocked = true;
  const { code, afterMs } = await failureOf(alice, bobsId);
  expect(code).toBe("ERR_NO_PATH");
  expect(afterMs).toBeLessThanOrEqual(10_000);
  await world.time.run(10_000);
  expect(alice.getConnectionList()).toEqual([]);
});

test("who waits longer than an attempt lasts gets another one, on a network looked at anew", async () => {
  const { alice } = await world.pair();
  const looks: number[] = [];
  world.dht("alice").connectivityChanged = () => void looks.push(world.time.now());
  world.paths.isBlocked = true;
  const asked = alice.connect(bobsId, "chat", { timeoutMs: 30_000 });
  await world.time.run(9000);
  world.paths.isBlocked = false;
  expect((await world.until(asked)).name).toBe("chat");
  await world.time.run(10_000);
  expect(looks).toHaveLength(2); // what has broken the path may have gone on for a moment
  expect((looks[1] ?? 0) - (looks[0] ?? 0)).toBe(SECOND_LOOK_MS);
});

test("a peer that stalls in the handshake", async () => {
  const { alice, bob } = await world.pair();
  world.paths.isStalled = true;
  expect(await failureOf(alice, bobsId)).toEqual({ code: "ERR_TLS", afterMs: 10_000 });
  await world.time.run(30_000);
  expect([...alice.getConnectionList(), ...bob.getConnectionList()]).toEqual([]);
});

test("a peer that answers with somebody else's key", async () => {
  const alice = await world.open("alice");
  const bob = await world.open("bob", { layers: world.paths.layers(people.carol) });
  const { code } = await failureOf(alice, bobsId);
  expect(code).toBe("ERR_BAD_CERTIFICATE");
  await world.time.run(1000);
  expect(bob.activeLinks).toBe(0);
});

test("an abort rejects with its reason and leaves nothing behind", async () => {
  const alice = await world.open("alice");
  world.box.publish(people.bob.certificate);
  const controller = new AbortController();
  const asked = alice.connect(bobsId, "chat", { signal: controller.signal });
  await world.time.run(1000);
  expect(alice.getConnectionList().map(({ status }) => status)).toEqual(["connecting", "waiting"]);
  const reason = new Error("enough");
  controller.abort(reason);
  await expect(world.until(asked)).rejects.toBe(reason);
  await world.time.run(100);
  expect(alice.getConnectionList()).toEqual([]);
  await expect(alice.connect(bobsId, "chat", { signal: controller.signal })).rejects.toBe(reason);
});

test("closing the manager while it connects", async () => {
  const alice = await world.open("alice");
  world.box.publish(people.bob.certificate);
  const asked = alice.connect(bobsId, "chat");
  await world.time.run(1000);
  void alice.close();
  await expect(world.until(asked)).rejects.toMatchObject({ code: "ERR_CLOSED" });
  await expect(alice.connect(bobsId, "chat")).rejects.toMatchObject({ code: "ERR_CLOSED" });
});

test.each<[LegacyMode, LegacyMode, boolean]>([
  ["enabled", "enabled", true],
  ["enabled", "supported", true],
  ["enabled", "disabled", false],
  ["supported", "enabled", true],
  ["supported", "disabled", true],
  ["disabled", "enabled", true],
  ["disabled", "supported", true],
  ["disabled", "disabled", true],
])("a caller with the older inbox %s and a callee with it %s: %s", async (callers, callees, connects) => {
  const alice = await world.open("alice", { legacyMode: callers });
  acceptAll(await world.open("bob", { legacyMode: callees }));
  const outcome = await world.until(alice.connect(bobsId, "chat").catch(({ code }: ConnectError) => code));
  expect(typeof outcome === "string" ? outcome : outcome.name).toBe(connects ? "chat" : "ERR_NO_ANSWER");
});

describe("the certificate that comes with a request", () => {
  /** How often bob asks the network for a certificate until he is connected. */
  async function lookUps(): Promise<number> {
    const { alice } = await world.pair();
    const { findCertificate } = world.dht("bob");
    let asked = 0;
    world.dht("bob").findCertificate = function (id) {
      asked++;
      return findCertificate.call(this, id);
    };
    await world.until(alice.connect(bobsId, "chat"));
    return asked;
  }

  test("is looked for nowhere", async () => {
    expect(await lookUps()).toBe(0);
  });

  test("that is missing is looked for in the network", async () => {
    world.box.rewrites = withoutChain;
    expect(await lookUps()).toBe(1);
  });

  test.each([
    ["another's", people.carol.certificate.chain().map(({ der }) => der)],
    ["unreadable", [Uint8Array.of(1, 2, 3)]],
  ])("that is %s counts as missing", async (_, chain) => {
    world.box.rewrites = withChain(chain);
    expect(await lookUps()).toBe(1);
  });
});

describe("signalling that loses messages", () => {
  test("a request is put again, under the same id, until it is answered", async () => {
    const { alice, incoming } = await world.pair();
    await world.time.run(1000);
    let lost = 0;
    world.box.loses = ({ userType }) => userType === "peer_request" && ++lost <= 2;
    const begin = world.time.now();
    await world.until(alice.connect(bobsId, "chat"));
    expect(world.time.now() - begin).toBeLessThan(6000);
    expect(incoming.names).toEqual(["chat"]);
  });

  test("an answer is put again too", async () => {
    const { alice, incoming } = await world.pair();
    await world.time.run(1000);
    let lost = 0;
    world.box.loses = ({ userType, recipient }) =>
      userType === "peer_request" && isFor(people.alice, recipient) && ++lost <= 1;
    const begin = world.time.now();
    await world.until(alice.connect(bobsId, "chat"));
    expect(world.time.now() - begin).toBeLessThan(1500);
    expect(incoming.names).toEqual(["chat"]);
  });

  test("to whoever does not come, five answers are enough", async () => {
    const { alice } = await world.pair();
    world.paths.isBlocked = true;
    const isAnswer = ({ userType, recipient }: Value) => userType === "peer_request" && isFor(people.alice, recipient);
    world.box.loses = isAnswer;
    void alice.connect(bobsId, "chat").catch(() => {});
    await world.time.run(9000);
    expect(world.box.sent.filter(isAnswer)).toHaveLength(5);
  });

  test("four answers in a row may get lost", async () => {
    const { alice, incoming } = await world.pair();
    await world.time.run(1000);
    let lost = 0;
    world.box.loses = ({ userType, recipient }) =>
      userType === "peer_request" && isFor(people.alice, recipient) && ++lost <= 4;
    await world.until(alice.connect(bobsId, "chat"));
    expect(incoming.names).toEqual(["chat"]);
  });

  test("a request is repeated though no node has confirmed the one before, which takes seconds over lossy lines", async () => {
    const { alice, incoming } = await world.pair();
    await world.time.run(1000);
    const dht = world.dht("alice");
    const { putEncrypted } = dht;
    let puts = 0;
    dht.putEncrypted = function (...args) {
      return ++puts === 1 ? new Promise(() => {}) : putEncrypted.apply(this, args);
    };
    await world.until(alice.connect(bobsId, "chat"));
    expect(puts).toBe(2);
    expect(incoming.names).toEqual(["chat"]);
  });

  test("a request that is repeated although it arrived changes nothing", async () => {
    const { alice, bob } = await world.pair();
    world.paths.isBlocked = true; // so that it stays unanswered for a while: answers get lost
    world.box.loses = ({ userType, recipient }) => userType === "peer_request" && isFor(people.alice, recipient);
    void alice.connect(bobsId, "chat").catch(() => {});
    await world.time.run(7000);
    expect(bob.getConnectionList()).toHaveLength(1);
  });

  test("no request is put before our certificate is where the callee looks", async () => {
    world.box.latencyMs = 800;
    const { alice } = await world.pair();
    void alice.connect(bobsId, "chat").catch(() => {});
    await world.time.run(5000);
    const kinds = world.box.sent.map(({ userType, type }) => userType || `type ${type}`);
    expect(kinds.slice(0, 5)).toEqual(["type 8", "type 8", "type 8", "type 8", "peer_request"]);
  });

  test.each([
    ["looks for it again, since DHTNet asks while it publishes it and asks once", 2],
    ["decides when the request is repeated, if it was still not there after 5 s", 12],
  ])("a callee that could not find our certificate at first %s", async (_, times) => {
    const { alice, incoming } = await world.pair();
    world.box.rewrites = withoutChain;
    await world.time.run(1000);
    const { findCertificate } = world.dht("bob");
    let asked = 0;
    world.dht("bob").findCertificate = function (id) {
      return ++asked < times ? Promise.resolve(null) : findCertificate.call(this, id);
    };
    await world.until(alice.connect(bobsId, "chat"));
    expect([asked, incoming.names]).toEqual([times, ["chat"]]);
  });
});
