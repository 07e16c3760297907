import { expect, test } from "vitest";
import { parseForward, parseListener } from "../../src/nc/forward.ts";
import { channelName, parseService, serviceOf } from "../../src/nc/service-address.ts";
import { isOffered } from "../../src/nc/services.ts";

const SSH = { host: "127.0.0.1", port: 22 };

test.each([
  ["127.0.0.1:22", SSH],
  ["localhost:8080", { host: "localhost", port: 8080 }],
  ["[::1]:22", { host: "::1", port: 22 }],
  ["::1", undefined],
  ["localhost", undefined],
  ["localhost:0", undefined],
  ["localhost:65536", undefined],
  [":22", undefined],
  ["", undefined],
])("the service %j", (text, service) => {
  expect(parseService(text)).toEqual(service);
});

test("a channel is called as DHTNet calls it", () => {
  expect(channelName(SSH)).toBe("nc://127.0.0.1:22");
  expect(channelName({ host: "fd00::1", port: 80 })).toBe("nc://[fd00::1]:80");
});

test.each([
  ["nc://127.0.0.1:22", SSH],
  ["xy://127.0.0.1:22", SSH], // whatever comes first, five characters are passed over
  ["nc://127.0.0.1:22 and more", SSH],
  ["nc://[fd00::1]:80", { host: "fd00::1", port: 80 }],
  ["nc://127.0.0.1:", undefined],
  ["nc://:22", undefined],
  ["nc://127.0.0.1", undefined],
  ["nc://127.0.0.1:99999", undefined],
  ["", undefined],
])("the channel %j leads to", (channel, service) => {
  expect(serviceOf(channel)).toEqual(service);
});

test("what is offered is compared by its text", () => {
  expect(isOffered([SSH], SSH)).toBe(true);
  expect(isOffered([SSH], { host: "localhost", port: 22 })).toBe(false);
  expect(isOffered([SSH], { host: "127.0.0.1", port: 23 })).toBe(false);
  expect(isOffered([], SSH)).toBe(false);
  expect(isOffered("any", SSH)).toBe(true);
});

test.each([
  ["5432:db.internal:5432", { local: { host: "127.0.0.1", port: 5432 }, target: { host: "db.internal", port: 5432 } }],
  ["0.0.0.0:80:127.0.0.1:8080", { local: { host: "0.0.0.0", port: 80 }, target: { host: "127.0.0.1", port: 8080 } }],
  ["[::1]:0:[fd00::1]:22", { local: { host: "::1", port: 0 }, target: { host: "fd00::1", port: 22 } }],
  ["5432", undefined],
  ["5432:5432", undefined],
  ["a:b:c:d", undefined],
  ["1:2:3:4:5", undefined],
])("the forward %j", (text, forward) => {
  expect(parseForward(text)).toEqual(forward);
});

test.each([
  ["1080", { host: "127.0.0.1", port: 1080 }],
  ["0", { host: "127.0.0.1", port: 0 }],
  ["0.0.0.0:1080", { host: "0.0.0.0", port: 1080 }],
  ["[::1]:1080", { host: "::1", port: 1080 }],
  ["host", undefined],
  ["70000", undefined],
])("the listener %j", (text, listener) => {
  expect(parseListener(text)).toEqual(listener);
});
