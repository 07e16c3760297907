// The scenarios of DHTNet's own tests that are about channels, in virtual time.
import { text } from "node:stream/consumers";
import { beforeEach, describe, expect, test } from "vitest";
import type { Channel, ChannelRequest } from "../../src/index.ts";
import { acceptAll, people, VirtualWorld } from "../support/virtual-world.ts";

let world: VirtualWorld;

beforeEach(() => {
  world = new VirtualWorld();
});

describe("naming a device", () => {
  test("by its certificate", async () => {
    const { alice, incoming } = await world.pair();
    const channel = await world.until(alice.connect(people.bob.certificate, "chat"));
    expect(channel.name).toBe("chat");
    expect(incoming.names).toEqual(["chat"]);
  });

  test("by its id alone, of either length", async () => {
    const { alice, bob } = await world.pair();
    await world.until(alice.connect(bob.deviceId, "a"));
    await world.until(alice.connect(`${bob.deviceId}`.toUpperCase(), "b"));
    const shortId = Buffer.from(people.bob.certificate.shortId()).toString("hex");
    await world.until(alice.connect(shortId, "c"));
    expect(alice.activeLinks).toBe(1);
  });

  test("by what is no id, or by our own, fails at once", async () => {
    const alice = await world.open("alice");
    await expect(alice.connect("bob", "chat")).rejects.toMatchObject({ code: "ERR_INVALID_ID" });
    await expect(alice.connect(alice.deviceId, "chat")).rejects.toMatchObject({ code: "ERR_SELF" });
  });
});

describe("one link carries many channels", () => {
  test("two asked for at once", async () => {
    const { alice, bob } = await world.pair();
    const channels = await world.until(
      Promise.all([alice.connect(bob.deviceId, "a"), alice.connect(bob.deviceId, "b")]),
    );
    expect(channels.map(({ name }) => name)).toEqual(["a", "b"]);
    expect([alice.activeLinks, bob.activeLinks]).toEqual([1, 1]);
  });

  test("two of one name", async () => {
    const { alice, bob } = await world.pair();
    const [one, two] = await world.until(
      Promise.all([alice.connect(bob.deviceId, "a"), alice.connect(bob.deviceId, "a")]),
    );
    expect(one.number).not.toBe(two.number);
  });

  test("a link that is up is used even when a new one is asked for", async () => {
    const { alice, bob } = await world.pair();
    await world.until(alice.connect(bob.deviceId, "a"));
    await world.until(alice.connect(bob.deviceId, "b", { forceNewLink: true }));
    expect(alice.activeLinks).toBe(1);
  });

  test("while one is being made, another one is made where that is asked for", async () => {
    const { alice, bob } = await world.pair();
    await world.until(
      Promise.all([alice.connect(bob.deviceId, "a"), alice.connect(bob.deviceId, "b", { forceNewLink: true })]),
    );
    await world.time.run(1000);
    expect(alice.activeLinks).toBe(2);
  });

  test("who wants no new link gets a channel on one that is there, or none", async () => {
    const { alice, bob } = await world.pair();
    await expect(world.until(alice.connect(bob.deviceId, "a", { noNewLink: true }))).rejects.toMatchObject({
      code: "ERR_NO_PATH",
    });
    await world.until(alice.connect(bob.deviceId, "b"));
    await world.until(alice.connect(bob.deviceId, "c", { noNewLink: true }));
  });
});

describe("a channel that is shared by its name", () => {
  const shared = { uniqueName: true };

  test("is the same for all who ask, and another one for who doesn't share", async () => {
    const { alice, bob } = await world.pair();
    const numbers = async (count: number) => {
      const asked = Array.from({ length: count }, () => alice.connect(bob.deviceId, "sync", shared));
      return (await world.until(Promise.all(asked))).map(({ number }) => number);
    };
    expect(new Set([...(await numbers(5)), ...(await numbers(2))]).size).toBe(1);
    const apart = await world.until(alice.connect(bob.deviceId, "sync"));
    expect(await numbers(1)).not.toContain(apart.number);
  });

  test("comes also when the one who had asked first gives up", async () => {
    const { alice } = await world.pair();
    const carol = await world.open("carol");
    const decided = Promise.withResolvers<void>();
    carol.handle(async (request) => {
      await decided.promise;
      await request.accept();
    });
    const abort = new AbortController();
    const first = alice.connect(carol.deviceId, "sync", { ...shared, signal: abort.signal });
    const others = [1, 2].map(() => alice.connect(carol.deviceId, "sync", shared));
    first.catch(() => {});
    await world.time.run(1000);
    expect(alice.isConnecting(carol.deviceId, "sync")).toBe(true);
    abort.abort(new Error("never mind"));
    decided.resolve();
    const channels = await world.until(Promise.all(others));
    expect(channels[0]).toBe(channels[1]);
    await expect(first).rejects.toThrow("never mind");
  });

  test("is a new one after it was closed", async () => {
    const { alice, bob } = await world.pair();
    const first = await world.until(alice.connect(bob.deviceId, "sync", shared));
    first.resume().end();
    await world.time.run(100);
    const second = await world.until(alice.connect(bob.deviceId, "sync", shared));
    expect(second.number).not.toBe(first.number);
  });

  test("may have been opened by the other side", async () => {
    const { alice, bob } = await world.pair();
    acceptAll(alice);
    const opened = await world.until(alice.connect(bob.deviceId, "sync"));
    const found = await world.until(bob.connect(alice.deviceId, "sync", shared));
    expect(found.number).toBe(opened.number);
  });
});

describe("data", () => {
  test("what is written as soon as the channel is open is read, and nothing else", async () => {
    const { alice, bob } = await world.pair();
    const second = world.open("carol");
    const carol = await second;
    const channels: Channel[] = [];
    carol.handle(async (request) => void channels.push(...[(await request.accept()) ?? []].flat()));
    (await world.until(alice.connect(carol.deviceId, "greeting"))).end("hey!");
    await world.time.run(100);
    expect(await world.until(Promise.all(channels.map((channel) => text(channel))))).toEqual(["hey!"]);
    expect(bob.activeLinks).toBe(0);
  });

  test("the other side's end is an end without error", async () => {
    const { alice, bob } = await world.pair();
    const errors: unknown[] = [];
    const channel = await world.until(alice.connect(bob.deviceId, "a"));
    let ended = false;
    channel
      .on("error", (error) => errors.push(error))
      .on("end", () => {
        ended = true;
      });
    channel.resume();
    await bob.closeConnectionsWith("another account");
    expect(ended).toBe(false);
    const accountOfAlice = bob.getConnectionList()[0]?.accountId ?? "";
    void bob.closeConnectionsWith(accountOfAlice);
    await world.time.run(3000);
    expect([ended, errors]).toEqual([true, []]);
  });

  test("a channel that is closed as soon as it is open was open at the other side, too", async () => {
    const { alice, bob, incoming } = await world.pair();
    const channel = await world.until(alice.connect(bob.deviceId, "short"));
    channel.resume().end();
    await world.time.run(100);
    expect(incoming.names).toEqual(["short"]);
    expect(channel.destroyed).toBe(true);
  });

  test("on three channels at once, every byte arrives in its order", async () => {
    const { alice } = await world.pair();
    const carol = await world.open("carol");
    const received = new Map<string, Promise<string>>();
    carol.handle(async (request) => {
      const channel = await request.accept();
      if (channel) received.set(request.name, text(channel));
    });
    const names = ["x", "y", "z"];
    const expected = names.map((name) =>
      Array.from({ length: 2600 }, (_, index) => `${name}${index}`.padEnd(80, ".")).join(""),
    );
    const channels = await world.until(Promise.all(names.map((name) => alice.connect(carol.deviceId, name))));
    for (const [index, channel] of channels.entries()) channel.resume().end(expected[index]);
    await world.time.run(0);
    const got = await world.time.slowly(Promise.all(names.map((name) => received.get(name))));
    expect(got.map((all) => all?.length)).toEqual(expected.map(({ length }) => length));
    expect(got).toEqual(expected);
  });
});

describe("the other side decides", () => {
  test("a declined channel fails at once, and harms neither the link nor other channels", async () => {
    const { alice } = await world.pair();
    const carol = await world.open("carol");
    carol.handle((request) => (request.name === "no" ? request.decline() : void request.accept()));
    const good = await world.until(alice.connect(carol.deviceId, "yes"));
    await expect(world.until(alice.connect(carol.deviceId, "no"))).rejects.toMatchObject({ code: "ERR_DECLINED" });
    expect([alice.activeLinks, good.destroyed]).toEqual([1, false]);
    const next = await world.until(alice.connect(carol.deviceId, "yes"));
    expect(next.number).toBe(good.number + 2); // the number that was declined is not used again
  });

  test("where nobody handles channels, they are declined", async () => {
    const alice = await world.open("alice");
    const bob = await world.open("bob");
    await expect(world.until(alice.connect(bob.deviceId, "a"))).rejects.toMatchObject({ code: "ERR_DECLINED" });
  });

  test("a handler for a name gets that one alone; the others go to the one for all", async () => {
    const alice = await world.open("alice");
    const bob = await world.open("bob");
    const seen: string[] = [];
    const web = bob.handle(
      (request) => {
        seen.push(`web: ${request.name}`);
        void request.accept();
      },
      { name: "web" },
    );
    expect(() => bob.handle(() => {}, { name: "web" })).toThrow(TypeError);
    await expect(world.until(alice.connect(bob.deviceId, "mail"))).rejects.toMatchObject({ code: "ERR_DECLINED" });
    await world.until(alice.connect(bob.deviceId, "web"));
    web[Symbol.dispose]();
    await expect(world.until(alice.connect(bob.deviceId, "web"))).rejects.toMatchObject({ code: "ERR_DECLINED" });
    expect(seen).toEqual(["web: web"]);
  });

  test("while it thinks, the channel is being connected; when it thinks too long, it has declined", async () => {
    const { alice } = await world.pair();
    const carol = await world.open("carol");
    carol.handle(() => new Promise(() => {}));
    const asked = alice.connect(carol.deviceId, "slow", { timeoutMs: 20_000 });
    await world.time.run(2000);
    expect([alice.isConnecting(carol.deviceId, "slow"), alice.isConnected(carol.deviceId)]).toEqual([true, true]);
    await expect(world.until(asked)).rejects.toMatchObject({ code: "ERR_DECLINED" });
    expect(alice.isConnecting(carol.deviceId, "slow")).toBe(false);
  });

  test("who accepts when it is too late, or when nobody wants it any more, gets nothing", async () => {
    const { alice } = await world.pair();
    const carol = await world.open("carol");
    const requests: ChannelRequest[] = [];
    carol.handle((request) => {
      requests.push(request);
      return new Promise(() => {});
    });
    const asked = [
      alice.connect(carol.deviceId, "too late", { timeoutMs: 20_000 }),
      alice.connect(carol.deviceId, "given up", { timeoutMs: 2000 }),
    ];
    for (const channel of asked) channel.catch(() => {});
    await world.time.run(3000);
    const [late, givenUp] = requests;
    await expect(world.until(givenUp?.accept() ?? Promise.reject())).resolves.toBeUndefined();
    await world.time.run(10_000);
    await expect(world.until(late?.accept() ?? Promise.reject())).resolves.toBeUndefined();
    const lost = alice.connect(carol.deviceId, "link lost");
    lost.catch(() => {});
    await world.time.run(100);
    await world.until(alice.close());
    await expect(world.until(requests[2]?.accept() ?? Promise.reject())).resolves.toBeUndefined();
  });

  test("who waits for it only so long is told that it did not decide", async () => {
    const alice = await world.open("alice");
    const bob = await world.open("bob");
    bob.handle(() => new Promise(() => {}));
    await expect(world.until(alice.connect(bob.deviceId, "slow", { timeoutMs: 3000 }))).rejects.toMatchObject({
      code: "ERR_TIMED_OUT",
    });
  });

  test("a thousand channels asked for at once are decided on one after the other", async () => {
    const { alice, bob } = await world.pair();
    const asked = Array.from({ length: 1000 }, (_, index) => alice.connect(bob.deviceId, `channel ${index}`));
    const channels = await world.until(Promise.all(asked));
    expect(new Set(channels.map(({ number }) => number)).size).toBe(1000);
    expect(alice.activeLinks).toBe(1);
  });

  test("incoming() accepts what comes, until its loop is left", async () => {
    const alice = await world.open("alice");
    const bob = await world.open("bob");
    const incoming = bob.incoming();
    await world.until(alice.connect(bob.deviceId, "first"));
    await world.until(alice.connect(bob.deviceId, "second"));
    const names: string[] = [];
    for await (const channel of incoming) {
      names.push(channel.name);
      if (names.length === 2) break;
    }
    expect(names).toEqual(["first", "second"]);
    await expect(world.until(alice.connect(bob.deviceId, "third"))).rejects.toMatchObject({ code: "ERR_DECLINED" });
  });

  test("incoming() ends with the manager", async () => {
    const bob = await world.open("bob");
    const end = bob.incoming().next();
    void bob.close();
    await expect(world.until(end)).resolves.toEqual({ value: undefined, done: true });
  });
});
