import { InfoHash, type ListenEvent, type Listener, Value } from "@hashmere/dht/engine";
import { describe, expect, test } from "vitest";
import { LINGER_MS, MAX_LISTENED_KEYS } from "../../src/client/limits.ts";
import { ClientRig, settle } from "./client-rig.ts";

const KEY = InfoHash.get("room");
const HOUR_MS = 3_600_000;

/** What a listener has heard so far, as `+1 -1`. */
function heard(listener: Listener<Value>): () => string {
  const events: string[] = [];
  const read = async (): Promise<void> => {
    for await (const { value, expired } of listener satisfies AsyncIterable<ListenEvent<Value>>) {
      events.push(`${expired ? "-" : "+"}${value.id}`);
    }
    events.push("end");
  };
  void read();
  return () => events.join(" ");
}

describe("a listener", () => {
  test("hears what is there, what appears and what expires", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    rig.proxy.put(KEY, new Value({ id: 1n }));
    const events = heard(client.listen("room"));
    await settle();
    const second = new Value({ id: 2n });
    rig.proxy.put(KEY, second);
    rig.proxy.expire(KEY, second);
    await settle();
    expect(events()).toBe("+1 +2 -2");
  });

  test("hears of a value again only when its sequence number has grown", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    const events: number[] = [];
    const owner = Uint8Array.of(0x30, 0x05, 0x30, 0x00, 0x03, 0x01, 0x00);
    const version = (seq: number) => new Value({ id: 1n, seq, owner, signature: Uint8Array.of(seq) });
    const listener = client.listen("room");
    void (async () => {
      for await (const { value } of listener) events.push(value.seq);
    })();
    await settle();
    for (const seq of [1, 1, 0, 2]) rig.proxy.put(KEY, version(seq));
    await settle();
    expect(events).toEqual([1, 2]);
  });

  test("shares its stream with the others of its key, and leaves it to them for a minute", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    const first = client.listen("room");
    await settle();
    rig.proxy.put(KEY, new Value({ id: 1n }));
    await settle();
    first.cancel();
    await rig.pass(59_000);
    const second = client.listen("room");
    const events = heard(second);
    await settle();
    expect(events()).toBe("+1");
    expect(rig.proxy.seen("GET", "/listen")).toHaveLength(1);
    second.cancel();
    await rig.pass(61_000);
    expect(rig.proxy.streams.get(`${KEY}`)?.size).toBe(0);
  });

  test("doesn't notice that its stream ended, whatever ended it", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    const [stays, goes] = [new Value({ id: 1n }), new Value({ id: 2n })];
    rig.proxy.put(KEY, stays);
    rig.proxy.put(KEY, goes);
    const events = heard(client.listen("room"));
    for (const error of [undefined, new TypeError("terminated")]) {
      await settle();
      rig.proxy.cut(error);
      await rig.pass(1_000);
    }
    expect(events()).toBe("+1 +2");
    rig.proxy.put(KEY, new Value({ id: 3n }));
    await settle();
    expect(events()).toBe("+1 +2 +3");
    expect(client.status).toBe("connected");
  });

  test("hears of what came and went while its stream was broken", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    const goes = new Value({ id: 1n });
    rig.proxy.put(KEY, goes);
    const events = heard(client.listen("room"));
    await settle();
    rig.proxy.cut();
    rig.proxy.forget(KEY, goes);
    rig.proxy.put(KEY, new Value({ id: 2n }));
    await rig.pass(1_000);
    expect(events().split(" ").sort()).toEqual(["+1", "+2", "-1"]);
  });

  test("lives through a restart of the proxy", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    const events = heard(client.listen("room"));
    await settle();
    rig.proxy.crash();
    await rig.pass(10_000);
    expect(client.status).toBe("disconnected");
    rig.proxy.isUp = true;
    await rig.pass(65_000);
    expect(client.status).toBe("connected");
    rig.proxy.put(KEY, new Value({ id: 1n }));
    await settle();
    expect(events()).toBe("+1");
  });

  test("isn't begun anew in the same moment as hundreds of others", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    for (let i = 0; i < 500; i++) client.listen(`room${i}`);
    await settle();
    rig.proxy.crash();
    await rig.pass(20_000);
    rig.proxy.isUp = true;
    const before = rig.proxy.seen("GET", "/listen").length;
    client.connectivityChanged();
    await settle();
    await rig.pass(1_000);
    expect(client.status).toBe("connected");
    expect(rig.proxy.seen("GET", "/listen").length - before).toBeLessThan(200);
    await rig.pass(10_000);
    expect(rig.proxy.seen("GET", "/listen").length - before).toBe(500);
  });

  test("backs off from a proxy that refuses it", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    rig.proxy.override = ({ path }) => (path.endsWith("/listen") ? new Response("", { status: 503 }) : undefined);
    client.listen("room");
    await rig.pass(10 * 60_000);
    const tries = rig.proxy.seen("GET", "/listen").length;
    expect(tries).toBeGreaterThan(10);
    expect(tries).toBeLessThan(35);
  });

  test("has its stream opened anew when heartbeats stop, and in a quarter of an hour when there are none", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    client.listen("room");
    await settle();
    for (let beat = 0; beat < 10; beat++) {
      rig.proxy.write(KEY, "\n");
      await rig.pass(20_000);
    }
    expect(rig.proxy.seen("GET", "/listen")).toHaveLength(1);
    await rig.pass(40_000);
    expect(rig.proxy.seen("GET", "/listen")).toHaveLength(2);
    await rig.pass(14 * 60_000);
    expect(rig.proxy.seen("GET", "/listen")).toHaveLength(2);
    await rig.pass(2 * 60_000);
    expect(rig.proxy.seen("GET", "/listen")).toHaveLength(3);
  });

  test("is told of no more bytes than are remembered", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    const events = heard(client.listen("room"));
    await settle();
    const data = Buffer.alloc(1 << 19).toString("base64"); // larger than any value of the network, but no line too long
    for (let id = 1; id <= 129; id++) rig.proxy.write(KEY, `{"data":"${data}","id":"${id}"}\n`);
    await settle();
    await settle();
    expect(
      events()
        .split(" ")
        .filter((event) => event.startsWith("-")),
    ).toEqual(["-1"]);
  });

  test("looks from time to time where there are no more streams, and gets one when one is free", async () => {
    const rig = new ClientRig();
    const client = await rig.open({ maxStreams: 1 });
    const first = client.listen("other");
    const goes = new Value({ id: 1n });
    rig.proxy.put(KEY, goes);
    const events = heard(client.listen("room"));
    await rig.pass(11_000);
    rig.proxy.forget(KEY, goes);
    rig.proxy.put(KEY, new Value({ id: 2n }));
    await rig.pass(11_000);
    expect(events().split(" ").sort()).toEqual(["+1", "+2", "-1"]);
    expect(rig.proxy.seen("GET", "/listen")).toHaveLength(1);
    first.cancel();
    await rig.pass(75_000);
    expect(rig.proxy.seen("GET", `${KEY}/listen`)).toHaveLength(1);
    rig.proxy.put(KEY, new Value({ id: 3n }));
    await settle();
    expect(events()).toMatch(/\+3$/);
  });

  test("sees its values expire when the client ends", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    rig.proxy.put(KEY, new Value({ id: 1n }));
    const events = heard(client.listen("room"));
    await settle();
    await client.join();
    await settle();
    expect(events()).toBe("+1 -1 end");
  });

  test("is told of no more values than are remembered", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    const listener = client.listen("room");
    const events = heard(listener);
    await settle();
    let lines = "";
    for (let id = 1; id <= 16_385; id++) lines += `{"id":"${id}"}\n`;
    rig.proxy.write(KEY, lines);
    await settle();
    expect(
      events()
        .split(" ")
        .filter((event) => event.startsWith("-")),
    ).toEqual(["-1"]);
  });
});

describe("a permanent put", () => {
  test("is repeated every 22 hours, under the same id, until it is cancelled", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    const put = client.put("room", "stays", { permanent: true });
    const { value } = await put;
    expect(client.getPut("room")).toEqual([value]);
    await rig.pass(45 * HOUR_MS);
    const posts = rig.proxy.seen("POST");
    expect(posts).toHaveLength(3);
    expect(new Set(posts.map(({ body }) => body)).size).toBe(1);
    expect(JSON.parse(posts[0]?.body ?? "")).toMatchObject({ id: `${value.id}`, permanent: true });
    put.cancel();
    expect(client.getPut("room")).toEqual([]);
    expect(rig.proxy.seen("DELETE").map(({ path }) => path)).toEqual([`http://proxy/key/${KEY}/${value.id}`]);
    await rig.pass(45 * HOUR_MS);
    expect(rig.proxy.seen("POST")).toHaveLength(3);
  });

  test("is repeated after a reconnection, many not at once", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    await Promise.all(Array.from({ length: 500 }, () => client.put("room", "stays", { permanent: true })));
    rig.proxy.crash();
    await client.put("other", "fails");
    rig.proxy.isUp = true;
    const before = rig.proxy.seen("POST").length;
    for (let second = 0; second < 70; second++) {
      await rig.pass(1_000);
      if (client.status === "connected") break;
    }
    await rig.pass(1_000);
    const early = rig.proxy.seen("POST").length - before;
    await rig.pass(10_000);
    expect(rig.proxy.seen("POST").length - before).toBe(500);
    expect(early).toBeLessThan(200);
  });

  test("that failed at first is tried until it is taken", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    rig.proxy.crash();
    expect((await client.put("room", "stays", { permanent: true })).ok).toBe(false);
    rig.proxy.isUp = true;
    await rig.pass(120_000);
    expect(rig.proxy.values.get(`${KEY}`)?.map((value) => value.text())).toEqual(["stays"]);
  });
});

describe("listeners at more keys than a client has room for", () => {
  test("are told so, and there is room again when others have ended", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    const listeners = Array.from({ length: MAX_LISTENED_KEYS }, (_, index) => client.listen(`room ${index}`));
    const event = client.listen("one more")[Symbol.asyncIterator]().next();
    await expect(event).rejects.toMatchObject({ code: "ERR_TOO_MANY_LISTENS" });
    const another = heard(client.listen("room 0"));
    rig.proxy.put(InfoHash.get("room 0"), new Value({ id: 1n }));
    await settle();
    expect(another()).toBe("+1");
    listeners.at(-1)?.cancel();
    await rig.pass(LINGER_MS);
    const events = heard(client.listen("one more"));
    rig.proxy.put(InfoHash.get("one more"), new Value({ id: 2n }));
    await settle();
    expect(events()).toBe("+2");
  });
});

describe("the connection", () => {
  test("is looked at every quarter of an hour, and every minute while there is none", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    const looks = () => rig.proxy.seen("GET", "/").length;
    expect(looks()).toBe(1);
    await rig.pass(HOUR_MS);
    expect(looks()).toBeGreaterThanOrEqual(5);
    expect(looks()).toBeLessThanOrEqual(6);
    rig.proxy.good = 0;
    client.connectivityChanged();
    await rig.pass(1_000);
    expect(client.status).toBe("disconnected");
    const before = looks();
    await rig.pass(10 * 60_000);
    expect(looks() - before).toBeGreaterThanOrEqual(9);
    expect(looks() - before).toBeLessThanOrEqual(12);
  });

  test("goes over to the next proxy when one is gone, with all that runs", async () => {
    const rig = new ClientRig(["first", "second"]);
    const client = await rig.open();
    const { first, second } = rig.proxies;
    const events = heard(client.listen("room"));
    await client.put("room", "stays", { permanent: true });
    await settle();
    first?.crash();
    second?.put(KEY, new Value({ id: 2n }));
    expect((await client.put("elsewhere", "x")).ok).toBe(true);
    await rig.pass(5_000);
    expect(client.status).toBe("connected");
    expect(second?.values.get(`${KEY}`)).toHaveLength(2);
    expect(events()).toContain("+2");
  });

  test("goes over to the next proxy when one has lost its network", async () => {
    const rig = new ClientRig(["first", "second"]);
    const { first, second } = rig.proxies;
    if (first) first.good = 0;
    const client = await rig.open();
    expect(client.status).toBe("connected");
    await client.put("room", "x");
    expect(second?.seen("POST")).toHaveLength(1);
  });

  test.each([
    ["what is no proxy", () => new Response("<html>Welcome!</html>"), "ERR_PROXY_ANSWER"],
    ["one that isn't ready", () => new Response("", { status: 503 }), "ERR_PROXY_ANSWER"],
    ["one that wants to know who we are", () => new Response("", { status: 401 }), "ERR_PROXY_AUTHORIZATION"],
    ["nobody", () => "refuse" as const, "ERR_PROXY_UNREACHABLE"],
    ["one that is silent", () => "hang" as const, "ERR_PROXY_TIMEOUT"],
  ])("isn't made with %s, and says why, once", async (_, answer, code) => {
    const rig = new ClientRig();
    rig.proxy.override = answer;
    const client = await rig.open();
    const codes: string[] = [];
    client.addEventListener("error", ({ error }) => codes.push(error.code));
    client.connectivityChanged();
    await rig.pass(5 * 60_000);
    expect(client.status).toBe("disconnected");
    expect(codes.filter((each) => each !== code)).toEqual([]);
    expect(codes.length).toBeLessThanOrEqual(1);
    rig.proxy.override = undefined;
    await rig.pass(60_000);
    expect(client.status).toBe("connected");
    rig.proxy.override = answer;
    client.connectivityChanged();
    await rig.pass(5 * 60_000);
    expect(codes.at(-1)).toBe(code);
  });

  test("tells a proxy that has come back as another node everything again, though nobody saw it go", async () => {
    const rig = new ClientRig();
    const client = await rig.open({ pushToken: "TOKEN" });
    client.listen("room");
    await client.put("room", "stays", { permanent: true });
    await rig.pass(HOUR_MS);
    expect(rig.proxy.seen("SUBSCRIBE")).toHaveLength(1);
    expect(rig.proxy.seen("POST")).toHaveLength(1);
    rig.proxy.nodeId = InfoHash.get("another");
    await rig.pass(HOUR_MS);
    expect(rig.proxy.seen("SUBSCRIBE").map(({ body }) => JSON.parse(body).refresh)).toEqual([undefined, undefined]);
    expect(rig.proxy.seen("POST")).toHaveLength(2);
  });

  test("tells a proxy everything again that was begun anew and has kept its node's id", async () => {
    const rig = new ClientRig();
    rig.proxy.instance = "first run";
    const client = await rig.open({ pushToken: "TOKEN" });
    client.listen("room");
    await client.put("room", "stays", { permanent: true });
    await rig.pass(HOUR_MS);
    expect([rig.proxy.seen("SUBSCRIBE").length, rig.proxy.seen("POST").length]).toEqual([1, 1]);
    rig.proxy.instance = "second run";
    await rig.pass(HOUR_MS);
    expect(rig.proxy.seen("SUBSCRIBE").map(({ body }) => JSON.parse(body).refresh)).toEqual([undefined, undefined]);
    expect(rig.proxy.seen("POST")).toHaveLength(2);
  });

  test.each([undefined, new TypeError("terminated")])("looks at a proxy whose stream ends (%s)", async (error) => {
    const rig = new ClientRig();
    rig.proxy.instance = "first run";
    const client = await rig.open();
    client.listen("room");
    await client.put("room", "stays", { permanent: true });
    await rig.pass(60_000);
    rig.proxy.cut(error);
    rig.proxy.instance = "second run";
    await rig.pass(2_000);
    expect(rig.proxy.seen("POST")).toHaveLength(2);
  });

  test("sees by a stream that it can open that the proxy is back", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    client.listen("room");
    await rig.pass(60_000);
    rig.proxy.crash();
    await rig.pass(1_500);
    expect(client.status).toBe("disconnected");
    rig.proxy.isUp = true;
    await rig.pass(5_000);
    expect(client.status).toBe("connected");
  });

  test("failures of many operations lead to one look per second", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    rig.proxy.crash();
    for (let i = 0; i < 50; i++) {
      await client.put("room", "x");
      await rig.pass(100);
    }
    expect(rig.proxy.seen("GET", "/").length).toBeLessThanOrEqual(8);
  });
});
