import { PkId } from "@hashmere/dht";
import { beforeEach, describe, expect, test } from "vitest";
import {
  type Channel,
  type ConnectionManager,
  type ConnectionRequest,
  type ConnectionStatus,
  MAX_REFUSALS_PER_SECOND,
} from "../../src/index.ts";
import { acceptAll, people, VirtualWorld } from "../support/virtual-world.ts";

let world: VirtualWorld;

beforeEach(() => {
  world = new VirtualWorld();
});

const deviceIdOf = (name: keyof typeof people) => PkId.fromBytes(people[name].certificate.longId());

/** The states that connections of a manager go through. */
function statesOf(manager: ConnectionManager): string[] {
  const states: string[] = [];
  manager.addEventListener("connection", ({ connection, error }) => {
    const state = error === undefined ? connection.status : `${connection.status}: ${error.code}`;
    if (states.at(-1) !== state) states.push(state);
  });
  return states;
}

describe("what is seen of a connection", () => {
  test("its states, at both ends", async () => {
    const { alice, bob } = await world.pair();
    const [atAlice, atBob] = [statesOf(alice), statesOf(bob)];
    await world.until(alice.connect(bob.deviceId, "chat"));
    void alice.close();
    await world.time.run(3000);
    const states: ConnectionStatus[] = ["connecting", "ice", "tls", "connected", "closed"];
    expect([atAlice, atBob]).toEqual([states, states]);
  });

  test("lists of connections and channels", async () => {
    const { alice, bob } = await world.pair();
    await world.until(alice.connect(bob.deviceId, "abc"));
    const [connection] = alice.getConnectionList();
    expect(connection).toMatchObject({
      deviceId: bob.deviceId,
      accountId: Buffer.from(people.bob.certificate.issuer?.shortId() ?? []).toString("hex"),
      status: "connected",
      isCaller: true,
      path: { remote: { address: "192.0.2.2" }, relayed: false },
    });
    const id = connection?.id ?? "";
    expect(id).toBe(bob.getConnectionList()[0]?.id.replace(`${alice.deviceId}`, `${bob.deviceId}`));
    expect(alice.getChannelList(id)).toMatchObject([{ id: "8000", name: "abc", bytesRead: 0, bytesWritten: 0 }]);
    expect(alice.getConnectionList(bob.deviceId)).toHaveLength(1);
    expect(alice.getConnectionList(deviceIdOf("carol"))).toEqual([]);
    expect(alice.getChannelList("another")).toEqual([]);
  });

  test("the link that carries a channel, and whether its other side is alive", async () => {
    const { alice, bob } = await world.pair();
    const channel = await world.until(alice.connect(bob.deviceId, "abc"));
    expect(alice.connectionOf(channel)?.id).toBe(alice.getConnectionList()[0]?.id);
    await world.time.run(100);
    await expect(world.until(alice.beacon(channel))).resolves.toBe(true);
    channel.on("error", () => {});
    world.paths.cut();
    await expect(world.until(alice.beacon(channel, 500))).resolves.toBe(false);
    expect(alice.connectionOf(channel)).toBeUndefined();
  });

  test("the addresses that peers are told", async () => {
    const alice = await world.open("alice");
    expect(alice.publishedAddresses).toEqual(["11.11.11.101"]);
    alice.setPublishedAddresses(["198.51.100.7", "2001:db8::7"]);
    expect(alice.publishedAddresses).toEqual(["198.51.100.7", "2001:db8::7"]);
    expect(() => alice.setPublishedAddresses(["example.org"])).toThrow(TypeError);
    alice.setPublishedAddresses([]);
    expect(alice.publishedAddresses).toEqual(["11.11.11.101"]);
  });

  test("a new device is told once, before its first channel", async () => {
    const { alice, bob } = await world.pair();
    const events: string[] = [];
    bob.addEventListener("newdevice", ({ deviceId, certificate }) => {
      events.push(`device ${deviceId.equals(alice.deviceId)} ${certificate.equals(alice.certificate)}`);
    });
    bob.addEventListener("channel", ({ channel }) => events.push(channel.name));
    await world.until(alice.connect(bob.deviceId, "a"));
    await world.until(alice.connect(bob.deviceId, "b"));
    expect(events).toEqual(["device true true", "a", "b"]);
  });
});

describe("who may connect", () => {
  test.each([
    ["its device id", () => [`${deviceIdOf("carol")}`.toUpperCase()]],
    ["its short id", () => [Buffer.from(people.carol.certificate.shortId()).toString("hex")]],
    ["its account", () => [Buffer.from(people.carol.certificate.issuer?.shortId() ?? []).toString("hex")]],
    ["its certificate", () => [people.carol.certificate]],
  ])("a device is allowed by %s", async (_, allow) => {
    const carol = await world.open("carol");
    const bob = await world.open("bob", { allow: allow() });
    const alice = await world.open("alice");
    acceptAll(bob);
    await world.until(carol.connect(bob.deviceId, "a"));
    await expect(world.until(alice.connect(bob.deviceId, "a"))).rejects.toMatchObject({ code: "ERR_REFUSED" });
  });

  test("somebody who is no id is a mistake, which is told; one id alone needs no list", async () => {
    for (const allow of ["bob", ["bob"], [`${deviceIdOf("alice")}0`]]) {
      await expect(world.open("bob", { allow })).rejects.toMatchObject({ code: "ERR_INVALID_ID" });
    }
    acceptAll(await world.open("bob", { allow: `${deviceIdOf("alice")}`.toUpperCase() }));
    const alice = await world.open("alice");
    expect((await world.until(alice.connect(deviceIdOf("bob"), "a"))).name).toBe("a");
  });

  test("a decision hears what the connection is for", async () => {
    const kinds: string[] = [];
    const decide = ({ connectionType }: ConnectionRequest) => kinds.push(connectionType) > 0;
    const bob = await world.open("bob", { allow: decide });
    acceptAll(bob);
    const alice = await world.open("alice");
    await world.until(alice.connect(bob.deviceId, "a", { connectionType: "videoCall" }));
    expect(kinds).toEqual(["videoCall"]);
  });

  test("a decision that fails is a no", async () => {
    const bob = await world.open("bob", { allow: () => Promise.reject(new Error("no database")) });
    const alice = await world.open("alice");
    await expect(world.until(alice.connect(bob.deviceId, "a"))).rejects.toMatchObject({ code: "ERR_REFUSED" });
  });

  test("who asks faster than refusals are told gets silence", async () => {
    const bob = await world.open("bob", { allow: [] });
    const alice = await world.open("alice");
    await world.time.run(1000);
    const before = world.box.sent.length;
    const asked = Array.from({ length: MAX_REFUSALS_PER_SECOND + 5 }, () =>
      alice.connect(bob.deviceId, "a", { forceNewLink: true }).catch(({ code }) => code),
    );
    await world.time.run(1000);
    const answers = world.box.sent
      .slice(before)
      .filter(({ recipient }) => Buffer.from(people.alice.certificate.shortId()).equals(recipient.bytes));
    expect(answers.length).toBeLessThanOrEqual(MAX_REFUSALS_PER_SECOND);
    await world.until(Promise.all(asked));
  });
});

describe("a path that dies", () => {
  test("is noticed at both ends, and made again by the one who had called", async () => {
    const { alice, bob } = await world.pair();
    const channel = await world.until(alice.connect(bob.deviceId, "chat"));
    const errors: unknown[] = [];
    channel.on("error", (error) => errors.push(error));
    world.paths.cut();
    channel.write("is anybody there?");
    await world.time.run(5000);
    expect(errors).toMatchObject([{ code: "ERR_LINK_LOST" }]);
    await world.time.run(1000);
    expect([alice.activeLinks, alice.isConnected(bob.deviceId)]).toEqual([1, true]);
    await world.time.run(15_000);
    expect([alice.activeLinks, bob.activeLinks]).toEqual([1, 1]);
    expect((await world.until(alice.connect(bob.deviceId, "again"))).name).toBe("again");
  });

  test("is made again once, also when the application asks for a channel meanwhile", async () => {
    const { alice, bob } = await world.pair();
    const channel = await world.until(alice.connect(bob.deviceId, "chat"));
    const again = new Promise<Channel>((resolve) => {
      channel.on("error", () => {}).on("close", () => resolve(alice.connect(bob.deviceId, "again")));
    });
    world.paths.cut();
    channel.write("is anybody there?");
    expect((await world.until(again)).name).toBe("again");
    await world.time.run(3000);
    expect([alice.activeLinks, bob.activeLinks]).toEqual([1, 1]);
  });

  test("is made again within 3 s more when the first attempt is caught by the same fault, and stalls", async () => {
    const { alice, bob } = await world.pair();
    const channel = await world.until(alice.connect(bob.deviceId, "chat"));
    channel.on("error", () => {});
    const states: string[] = [];
    alice.addEventListener("connection", ({ connection: { status } }) => states.push(status));
    world.paths.cut();
    world.paths.isStalled = true;
    channel.write("is anybody there?");
    while (states.at(-1) !== "tls") await world.time.run(10);
    world.paths.isStalled = false;
    await world.time.run(3000);
    expect(alice.activeLinks).toBe(1);
    await world.time.run(30_000);
    expect([alice.activeLinks, bob.activeLinks]).toEqual([1, 1]);
    expect(states).toEqual(["closed", "connecting", "ice", "tls", "connecting", "ice", "tls", "connected", "closed"]);
  });

  test("is made again once more when the new one dies at once, before anybody uses it", async () => {
    const { alice, bob } = await world.pair();
    await world.until(alice.connect(bob.deviceId, "chat")).then((channel) => channel.on("error", () => {}));
    const up = () => {
      if (alice.activeLinks === 1 && ++times < 3) world.paths.cut();
    };
    let times = 0;
    alice.addEventListener("connection", up);
    world.paths.cut();
    alice.connectivityChanged();
    await world.time.run(60_000);
    expect([times, alice.activeLinks, bob.activeLinks]).toEqual([3, 1, 1]);
  });

  test("is not made again for ever when it dies each time", async () => {
    const { alice, bob } = await world.pair();
    await world.until(alice.connect(bob.deviceId, "chat")).then((channel) => channel.on("error", () => {}));
    let times = 0;
    alice.addEventListener("connection", ({ connection: { status } }) => {
      if (status !== "connected") return;
      times++;
      world.paths.cut();
      setImmediate(() => alice.connectivityChanged()); // which makes it notice
    });
    world.paths.cut();
    alice.connectivityChanged();
    await world.time.run(600_000);
    expect(times).toBeLessThanOrEqual(7);
    expect(alice.getConnectionList()).toEqual([]);
  });

  test("is noticed within 15 s when nothing is sent", async () => {
    const { alice, bob } = await world.pair({ relink: false });
    await world.until(alice.connect(bob.deviceId, "chat")).then((channel) => channel.on("error", () => {}));
    await world.time.run(60_000);
    expect([alice.activeLinks, bob.activeLinks]).toEqual([1, 1]); // an idle link lives
    world.paths.cut();
    await world.time.run(15_000);
    expect([alice.activeLinks, bob.activeLinks]).toEqual([0, 0]);
  });

  test("is noticed within 3 s when the network is known to have changed", async () => {
    const { alice, bob } = await world.pair({ relink: false });
    await world.until(alice.connect(bob.deviceId, "chat")).then((channel) => channel.on("error", () => {}));
    await world.time.run(1000);
    alice.connectivityChanged();
    await world.time.run(3100);
    expect(alice.activeLinks).toBe(1);
    world.paths.cut();
    alice.connectivityChanged();
    await world.time.run(3100);
    expect(alice.activeLinks).toBe(0);
  });

  test("a link on which nothing was open is not made again", async () => {
    const { alice, bob } = await world.pair();
    const channel = await world.until(alice.connect(bob.deviceId, "chat"));
    channel.resume().end();
    await world.time.run(1000);
    world.paths.cut();
    await world.time.run(30_000);
    expect([alice.activeLinks, alice.getConnectionList()]).toEqual([0, []]);
  });

  test("making it again ends when the peer stays away", async () => {
    const { alice, bob } = await world.pair();
    await world.until(alice.connect(bob.deviceId, "chat")).then((channel) => channel.on("error", () => {}));
    world.paths.cut();
    world.paths.isBlocked = true;
    await world.time.run(600_000);
    expect(alice.getConnectionList()).toEqual([]);
  });

  test("a channel that was asked for on it is asked for once more, on another link", async () => {
    const { alice, bob } = await world.pair();
    await world.until(alice.connect(bob.deviceId, "first")).then((channel) => channel.on("error", () => {}));
    await world.time.run(1000);
    world.paths.cut();
    const channel = await world.until(alice.connect(bob.deviceId, "second"));
    expect(channel.name).toBe("second");
  });

  test("a link that is up and doesn't answer is given up as soon as the caller wants", async () => {
    const { alice, bob } = await world.pair();
    await world.until(alice.connect(bob.deviceId, "first")).then((channel) => channel.on("error", () => {}));
    world.paths.cut();
    const begin = world.time.now();
    await world.until(alice.connect(bob.deviceId, "second", { channelTimeoutMs: 500 }));
    expect(world.time.now() - begin).toBeLessThan(2000);
  });
});

describe("two who call each other at once", () => {
  test("both get their channel, and have one link or two", async () => {
    const { alice, bob } = await world.pair();
    acceptAll(alice);
    await world.time.run(1000);
    const channels = await world.until(
      Promise.all([alice.connect(bob.deviceId, "from alice"), bob.connect(alice.deviceId, "from bob")]),
    );
    await world.time.run(1000);
    expect(channels.map(({ name }) => name)).toEqual(["from alice", "from bob"]);
    expect(alice.activeLinks).toBe(bob.activeLinks);
    expect(alice.activeLinks).toBeLessThanOrEqual(2);
  });
});

describe("a callee that restarts", () => {
  test("answers an old request, which changes nothing for the caller, and forgets about it", async () => {
    const alice = await world.open("alice");
    world.box.publish(people.bob.certificate);
    await expect(world.until(alice.connect(deviceIdOf("bob"), "a"))).rejects.toMatchObject({ code: "ERR_NO_ANSWER" });
    const bob = await world.open("bob");
    await world.time.run(1000);
    expect(bob.getConnectionList()).toMatchObject([{ status: "ice", isCaller: false }]);
    expect(alice.getConnectionList()).toEqual([]);
    await world.time.run(30_000);
    expect(bob.getConnectionList()).toEqual([]);
  });

  test("a peer that is gone without a word", async () => {
    const { alice, bob } = await world.pair({ relink: false });
    const channel = await world.until(alice.connect(bob.deviceId, "chat"));
    let isClosed = false;
    channel
      .on("error", () => {})
      .on("close", () => {
        isClosed = true;
      });
    world.paths.cut(); // as good as killed
    await world.time.run(15_000);
    expect([alice.activeLinks, isClosed]).toEqual([0, true]);
  });
});

describe("the end", () => {
  test("leaves no timer behind, whatever was going on", async () => {
    const { alice, bob } = await world.pair();
    await world.until(alice.connect(bob.deviceId, "chat"));
    world.box.publish(people.carol.certificate);
    void alice.connect(deviceIdOf("carol"), "nobody there").catch(() => {});
    await world.time.run(1000);
    void alice.close();
    void bob.close();
    await world.time.run(20_000);
    expect(world.time.pending).toBe(0);
  });

  test("closing ends channels in good order at both sides, and leaves nothing", async () => {
    const { alice, bob } = await world.pair();
    const channel = await world.until(alice.connect(bob.deviceId, "chat"));
    const seen: string[] = [];
    channel.on("error", () => seen.push("error")).on("close", () => seen.push("close"));
    channel.resume();
    void bob.close();
    await world.time.run(3000);
    expect(seen).toEqual(["close"]);
    expect([alice.getConnectionList(), bob.getConnectionList()]).toEqual([[], []]);
  });

  test("all devices of an account at once", async () => {
    const bob = await world.open("bob");
    acceptAll(bob);
    const [carol, phone, alice] = [
      await world.open("carol"),
      await world.open("carolsPhone"),
      await world.open("alice"),
    ];
    for (const manager of [carol, phone, alice]) await world.until(manager.connect(bob.deviceId, "a"));
    expect(bob.activeLinks).toBe(3);
    const account = bob.getConnectionList(carol.deviceId)[0]?.accountId ?? "";
    void bob.closeConnectionsWith(account);
    await world.time.run(3000);
    expect(bob.getConnectionList().map(({ deviceId }) => `${deviceId}`)).toEqual([`${alice.deviceId}`]);
    expect([carol.activeLinks, phone.activeLinks, alice.activeLinks]).toEqual([0, 0, 1]);
  });

  test("a signal closes it", async () => {
    const controller = new AbortController();
    const alice = await world.open("alice", { signal: controller.signal });
    controller.abort();
    await expect(alice.connect(deviceIdOf("bob"), "a")).rejects.toMatchObject({ code: "ERR_CLOSED" });
  });
});
