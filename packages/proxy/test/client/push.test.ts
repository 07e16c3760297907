import { InfoHash, PushNotificationResult, Value } from "@hashmere/dht/engine";
import { expect, test } from "vitest";
import type { ProxyClient } from "../../src/client/index.ts";
import { ClientRig, settle } from "./client-rig.ts";

const KEY = InfoHash.get("room");
const HOUR_MS = 3_600_000;
const PUSH = { pushToken: "TOKEN", clientId: "me", platform: "android", topic: "org.example" };

async function listening(rig: ClientRig): Promise<{ client: ProxyClient; events: string[]; session: string }> {
  const client = await rig.open(PUSH);
  const events: string[] = [];
  const listener = client.listen("room");
  void (async () => {
    for await (const { value, expired } of listener) events.push(`${expired ? "-" : "+"}${value.id}`);
  })();
  await settle();
  const { session_id: session } = JSON.parse(rig.proxy.seen("SUBSCRIBE")[0]?.body ?? "{}");
  return { client, events, session };
}

test("with a token keys are subscribed to, not streamed", async () => {
  const rig = new ClientRig();
  const { session } = await listening(rig);
  expect(session).toMatch(/^[\w!#$%&()*+,./:;<=>?@[\]^`{|}~]{8}$/);
  expect(rig.proxy.seen("GET", "/listen")).toEqual([]);
  const [subscribe] = rig.proxy.seen("SUBSCRIBE", `/key/${KEY}`);
  expect(JSON.parse(subscribe?.body ?? "")).toEqual({
    client_id: "me",
    key: "TOKEN",
    platform: "android",
    session_id: session,
    topic: "org.example",
  });
});

test("a push has the values fetched, and reports what came and went", async () => {
  const rig = new ClientRig();
  const { client, events, session } = await listening(rig);
  const first = new Value({ id: 1n });
  rig.proxy.put(KEY, first);
  const push = { key: `${KEY}`, s: session, t: `${rig.clock.wallClock()}`, to: "me" };
  expect(await client.pushNotificationReceived(push)).toBe(PushNotificationResult.Values);
  rig.proxy.forget(KEY, first);
  rig.proxy.put(KEY, new Value({ id: 2n }));
  expect(await client.pushNotificationReceived(push)).toBe(PushNotificationResult.Values);
  await settle();
  expect(events).toEqual(["+1", "+2", "-1"]);
});

test("a push that names what expired needs no request, and doesn't touch what came later", async () => {
  const rig = new ClientRig();
  const { client, events } = await listening(rig);
  for (const id of [1n, 2n]) rig.proxy.put(KEY, new Value({ id }));
  await client.pushNotificationReceived({ key: `${KEY}` });
  const requests = rig.proxy.requests.length;
  const before = { key: `${KEY}`, exp: "1", t: rig.clock.wallClock() - 1000 };
  expect(await client.pushNotificationReceived(before)).toBe(PushNotificationResult.ValuesExpired);
  await settle();
  expect(events).toEqual(["+1", "+2"]);
  await client.pushNotificationReceived({ key: `${KEY}`, exp: "1,2", t: rig.clock.wallClock() + 1000 });
  await settle();
  expect(events).toEqual(["+1", "+2", "-1", "-2"]);
  expect(rig.proxy.requests).toHaveLength(requests);
});

test("each push comes to its result", async () => {
  const rig = new ClientRig();
  const { client, session } = await listening(rig);
  const { value } = await client.put("room", "stays", { permanent: true });
  const receive = (data: Record<string, unknown>) => client.pushNotificationReceived(data);
  expect(await receive({ key: `${KEY}`, s: "OTHER" })).toBe(PushNotificationResult.IgnoredWrongSession);
  expect(await receive({ key: `${InfoHash.get("unknown")}`, s: session })).toBe(PushNotificationResult.IgnoredNoOp);
  expect(await receive({ timeout: `${InfoHash.get("unknown")}` })).toBe(PushNotificationResult.IgnoredNoOp);
  expect(await receive({ timeout: `${KEY}`, vid: "12" })).toBe(PushNotificationResult.IgnoredNoOp);
  expect(await receive({ pong: true, to: "me" })).toBe(PushNotificationResult.IgnoredNoOp);
  expect(await receive({})).toBe(PushNotificationResult.Error);
  const [subscribes, posts] = [rig.proxy.seen("SUBSCRIBE").length, rig.proxy.seen("POST").length];
  expect(await receive({ timeout: `${KEY}`, s: session })).toBe(PushNotificationResult.ListenRefresh);
  expect(await receive({ timeout: `${KEY}`, vid: `${value.id}` })).toBe(PushNotificationResult.PutRefresh);
  await settle();
  expect(rig.proxy.seen("POST")).toHaveLength(posts + 1);
  const renewals = rig.proxy.seen("SUBSCRIBE").slice(subscribes);
  expect(renewals.map(({ body }) => JSON.parse(body).refresh)).toEqual([true]);
  await client.join();
  expect(await receive({ key: `${KEY}` })).toBe(PushNotificationResult.IgnoredStopped);
});

test("without a token pushes mean nothing", async () => {
  const client = await new ClientRig().open();
  expect(await client.pushNotificationReceived({ key: `${KEY}` })).toBe(PushNotificationResult.IgnoredNoOp);
});

test("permanent puts name the token", async () => {
  const rig = new ClientRig();
  const { client, session } = await listening(rig);
  await client.put("room", "stays", { permanent: true });
  const [post] = rig.proxy.seen("POST");
  expect(JSON.parse(post?.body ?? "").permanent).toMatchObject({ key: "TOKEN", client_id: "me", session_id: session });
});

test("subscriptions are renewed after 22 hours, and ended a minute after the last listener", async () => {
  const rig = new ClientRig();
  const client = await rig.open(PUSH);
  const listener = client.listen("room");
  await rig.pass(23 * HOUR_MS);
  expect(rig.proxy.seen("SUBSCRIBE").map(({ body }) => JSON.parse(body).refresh)).toEqual([undefined, true]);
  listener.cancel();
  await rig.pass(59_000);
  expect(rig.proxy.seen("UNSUBSCRIBE")).toEqual([]);
  await rig.pass(2_000);
  expect(rig.proxy.seen("UNSUBSCRIBE", `/key/${KEY}`).map(({ body }) => JSON.parse(body))).toEqual([
    { client_id: "me", key: "TOKEN" },
  ]);
});

test("subscriptions outlive the client, which they may wake, unless nobody listens any more", async () => {
  const rig = new ClientRig();
  const client = await rig.open(PUSH);
  const other = client.listen("other");
  client.listen("room");
  await settle();
  other.cancel();
  await client.join();
  await settle();
  expect(rig.proxy.seen("UNSUBSCRIBE").map(({ path }) => path)).toEqual([`http://proxy/key/${InfoHash.get("other")}`]);
});

test("a subscription that failed is tried again; one that was taken outlives a reconnection", async () => {
  const rig = new ClientRig();
  rig.proxy.override = ({ method }) => (method === "SUBSCRIBE" ? "refuse" : undefined);
  const client = await rig.open(PUSH);
  client.listen("room");
  await rig.pass(1_000);
  rig.proxy.override = undefined;
  await rig.pass(120_000);
  const taken = rig.proxy.seen("SUBSCRIBE").length;
  rig.proxy.crash();
  await client.put("x", "y");
  rig.proxy.isUp = true;
  await rig.pass(120_000);
  expect(client.status).toBe("connected");
  expect(rig.proxy.seen("SUBSCRIBE")).toHaveLength(taken);
});

test("another token has everything subscribed again with it; none at all has it streamed", async () => {
  const rig = new ClientRig();
  const { client } = await listening(rig);
  client.setPushNotificationToken("OTHER");
  await settle();
  expect(rig.proxy.seen("SUBSCRIBE").map(({ body }) => JSON.parse(body).key)).toEqual(["TOKEN", "OTHER"]);
  expect(rig.proxy.seen("UNSUBSCRIBE").map(({ body }) => JSON.parse(body).key)).toEqual(["TOKEN"]);
  client.setPushNotificationToken("");
  await settle();
  expect(rig.proxy.seen("GET", "/listen")).toHaveLength(1);
});

test("a push proves that the proxy works", async () => {
  const rig = new ClientRig();
  const { client } = await listening(rig);
  rig.proxy.crash();
  await client.put("x", "y");
  expect(client.status).toBe("disconnected");
  rig.proxy.isUp = true;
  await client.pushNotificationReceived({ key: `${KEY}` });
  expect(client.status).toBe("connected");
});
