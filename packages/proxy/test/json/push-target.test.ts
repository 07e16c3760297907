import { describe, expect, test } from "vitest";
import {
  JsonTypeError,
  MAX_PUSH_TARGET_LENGTH,
  PushTargetTooLongError,
  readJson,
  readPermanent,
  readPushTarget,
} from "../../src/json/index.ts";

const nobody = { token: "", clientId: "", sessionId: "", platform: "none", topic: "" };

describe("a push target", () => {
  test("is read from its members", () => {
    const json = { key: "T", client_id: "c", session_id: "s", platform: "unifiedpush", topic: "t" };
    expect(readPushTarget(json)).toEqual({
      token: "T",
      clientId: "c",
      sessionId: "s",
      platform: "unifiedpush",
      topic: "t",
    });
  });

  test("takes numbers, truth values and null as text, but nothing that has parts", () => {
    expect(readPushTarget({ key: 5, client_id: true, session_id: null })).toEqual({
      ...nobody,
      token: "5",
      clientId: "true",
    });
    expect(() => readPushTarget({ key: [] })).toThrow(JsonTypeError);
    expect(() => readPushTarget({ key: {} })).toThrow(JsonTypeError);
  });

  test("has texts of bounded length, all together", () => {
    const half = "x".repeat(MAX_PUSH_TARGET_LENGTH / 2);
    expect(readPushTarget({ key: half, topic: half }).token).toBe(half);
    expect(() => readPushTarget({ key: half, topic: half, client_id: "c" })).toThrow(PushTargetTooLongError);
    expect(() => readPermanent({ permanent: { session_id: `${half}${half}s` } })).toThrow(PushTargetTooLongError);
  });

  test("has no platform when its name is unknown", () => {
    expect(readPushTarget({ platform: "Android" }).platform).toBe("none");
  });
});

describe("a put", () => {
  test.each(["true", "false", "null", '"no"', "{}"])("is permanent by %s", (permanent) => {
    expect(readPermanent(readJson(`{"permanent":${permanent}}`))).toEqual(nobody);
  });

  test("is not permanent without that member", () => {
    expect(readPermanent({})).toBeUndefined();
    expect(readPermanent(null)).toBeUndefined();
  });
});
