import { createDecipheriv, createECDH, hkdfSync } from "node:crypto";
import { InfoHash, Value } from "@hashmere/dht/engine";
import { describe, expect, test } from "vitest";
import { isJsonObject, type Json, type PushTarget, readJson } from "../../src/json/index.ts";
import { gorushRequest, type PushEvent, parseGateway, unifiedPushRequest } from "../../src/push/index.ts";
import { vectors } from "../vectors/exchanges.ts";

const GATEWAY = parseGateway("gateway:9090");
const pushes = vectors.exchanges.filter(({ name, from }) => name.startsWith("push/") && from.includes("4.3.1"));
const toGorush = pushes.filter(({ request }) => request.url === "/api/push");
const toEndpoint = pushes.filter(({ request }) => request.url !== "/api/push");

describe("a push", () => {
  test.each(toGorush.map(({ request }) => [request.body ?? ""]))(
    "to gorush is what a real proxy 4.3.1 sends: %s",
    (body) => {
      const notification = memberOf(memberOf(readJson(body), "notifications"), "0");
      const data = memberOf(notification, "data");
      const target: PushTarget = {
        token: text(memberOf(notification, "tokens"), "0"),
        clientId: text(data, "to"),
        sessionId: text(data, "s"),
        platform: memberOf(notification, "platform") === 2 ? "android" : "ios",
        topic: text(notification, "topic"),
      };
      expect(gorushRequest(GATEWAY, eventOf(data, body), target, timeOf(notification, data)).body).toBe(body);
    },
  );

  test.each(toEndpoint.map(({ request }) => [request] as const))(
    "to an endpoint is what a real proxy sends",
    (request) => {
      const data = readJson(request.body ?? "");
      const target: PushTarget = {
        token: `https://push.example${request.url}`,
        clientId: text(data, "to"),
        sessionId: text(data, "s"),
        platform: "unifiedpush",
        topic: "",
      };
      const urgency = request.headers.find(([name]) => name === "Urgency")?.[1] ?? "";
      const push = unifiedPushRequest(eventOf(data, urgency), target, Number(memberOf(data, "t")));
      expect(push).toMatchObject({ body: request.body, headers: { TTL: "86400", Urgency: urgency } });
      expect(push?.url.href).toBe(target.token);
    },
  );

  test.each([
    ["high", "something urgent among what appears", { values: [2, 0], expired: false }],
    ["normal", "nothing urgent among what appears", { values: [2, 1], expired: false }],
    ["normal", "whatever expires", { values: [0], expired: true }],
  ])("has %s priority for %s", (urgency, _, { values: priorities, expired }) => {
    const values = priorities.map((priority) => new Value({ id: 1n, priority }));
    const event: PushEvent = { kind: "values", key: InfoHash.get("key"), values, expired };
    const target = { token: "https://push.example/x", clientId: "c", sessionId: "s", topic: "" };
    expect(unifiedPushRequest(event, { ...target, platform: "unifiedpush" }, 0)?.headers.Urgency).toBe(urgency);
    expect(gorushRequest(GATEWAY, event, { ...target, platform: "android" }, 0).body).toContain(
      `"priority":"${urgency}"`,
    );
  });

  test("to an endpoint with keys can be read with these alone", () => {
    const { receiverPrivateKeyHex, receiverPublicKeyHex, authHex } = vectors.webpush;
    const keys = [receiverPublicKeyHex, authHex].map((hex) => Buffer.from(hex, "hex").toString("base64url"));
    const target = { token: "https://push.example/x", clientId: "c", sessionId: "s", topic: keys.join("|") };
    const push = unifiedPushRequest({ kind: "pong" }, { ...target, platform: "unifiedpush" }, 0);
    expect(push?.headers).toMatchObject({ "Content-Encoding": "aes128gcm", Urgency: "high" });
    const receiver = createECDH("prime256v1");
    receiver.setPrivateKey(receiverPrivateKeyHex, "hex");
    expect(decrypt(Buffer.from(push?.body ?? ""), receiver, Buffer.from(authHex, "hex"))).toBe(
      '{"pong":true,"to":"c"}',
    );
  });

  test("whose keys or endpoint are none is not sent", () => {
    const target = { token: "https://x.example/", clientId: "", sessionId: "", platform: "unifiedpush" } as const;
    expect(unifiedPushRequest({ kind: "pong" }, { ...target, topic: "no|keys" }, 0)).toBeUndefined();
    expect(unifiedPushRequest({ kind: "pong" }, { ...target, token: "TOKEN", topic: "" }, 0)).toBeUndefined();
  });
});

test("a gateway is a port, a host with port, or a URL", () => {
  expect(parseGateway("8088").href).toBe("http://localhost:8088/api/push");
  expect(parseGateway("push.example:1").href).toBe("http://push.example:1/api/push");
  expect(parseGateway("https://push.example").href).toBe("https://push.example/api/push");
  for (const wrong of ["ftp://x", "http://", "a b"]) expect(() => parseGateway(wrong)).toThrow(TypeError);
});

/** The event that a recorded push tells; `body` shows whether it was urgent. */
function eventOf(data: Json | undefined, body: string): PushEvent {
  const timeout = text(data, "timeout");
  const valueId = text(data, "vid");
  if (timeout !== "")
    return { kind: "timeout", key: InfoHash.fromHex(timeout), valueId: valueId === "" ? undefined : BigInt(valueId) };
  const pushTypes = text(data, "pt").split(",");
  const expired = text(data, "exp") !== "";
  const priority = body.includes("high") ? 0 : 1;
  const values = text(data, "ids")
    .split(",")
    .map((id, index) => new Value({ id: BigInt(id), pushType: pushTypes[index], priority: expired ? 0 : priority }));
  return { kind: "values", key: InfoHash.fromHex(text(data, "key")), values, expired };
}

/** When it was sent, as far as it tells. */
function timeOf(notification: Json | undefined, data: Json | undefined): number {
  const expiration = Number(memberOf(notification, "expiration"));
  const sent = Number(memberOf(data, "t"));
  return Number.isNaN(sent) ? (expiration - 86_400) * 1000 : sent;
}

function memberOf(json: Json | undefined, name: string): Json | undefined {
  if (Array.isArray(json)) return json[Number(name)];
  return json !== undefined && isJsonObject(json) ? json[name] : undefined;
}

function text(json: Json | undefined, name: string): string {
  const member = memberOf(json, name);
  return typeof member === "string" ? member : "";
}

/** RFC 8291, from the receiver's side. */
function decrypt(body: Buffer, receiver: ReturnType<typeof createECDH>, auth: Buffer): string {
  const salt = body.subarray(0, 16);
  const sender = body.subarray(21, 86);
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), receiver.getPublicKey(), sender]);
  const secret = Buffer.from(hkdfSync("sha256", receiver.computeSecret(sender), auth, info, 32));
  const derive = (what: string, length: number) =>
    Buffer.from(hkdfSync("sha256", secret, salt, `Content-Encoding: ${what}\0`, length));
  const decipher = createDecipheriv("aes-128-gcm", derive("aes128gcm", 16), derive("nonce", 12));
  decipher.setAuthTag(body.subarray(-16));
  const plain = Buffer.concat([decipher.update(body.subarray(86, -16)), decipher.final()]);
  return plain.subarray(0, plain.lastIndexOf(2)).toString();
}
