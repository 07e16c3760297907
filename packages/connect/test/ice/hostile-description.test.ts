import { expect, test } from "vitest";
import { MAX_REDIALS } from "../../src/ice/check-list.ts";
import { MAX_CANDIDATES } from "../../src/ice/index.ts";
import { ScriptedPeer } from "./scripted-peer.ts";

/** A peer that we talk to may name any address for us to knock at. */
const host = (address: string, type = "host", port = 22) =>
  `H1 1 TCP 2130706431 ${address} ${port} typ ${type} tcptype passive`;

test.each([
  "127.0.0.1",
  "127.9.9.9",
  "::1",
  "::ffff:127.0.0.1",
  "0.0.0.0",
  "::",
  "224.0.0.1",
  "ff02::1",
  "255.255.255.255",
])("%s, which is nobody else's, is not knocked at", (address) => {
  const peer = new ScriptedPeer("controlling");
  peer.start([host(address)], address.includes("::") && !address.includes(".") ? "2001:db8::1" : "192.0.2.1");
  expect(peer.failure).toMatchObject({ code: "ERR_NO_PATH" });
  expect(peer.dialled).toEqual([]);
});

test("loopback is for those who offer it themselves", () => {
  const peer = new ScriptedPeer("controlling");
  peer.start([host("127.0.0.1")], "127.0.0.1");
  expect(peer.dialled.length).toBe(1);
});

test("of ten thousand candidates, a handful is knocked at, and each once", () => {
  const peer = new ScriptedPeer("controlling");
  peer.start(Array.from({ length: 10_000 }, (_, n) => host("192.0.2.9", "srflx", n + 1)));
  refuseAll(peer);
  expect(peer.dialled.length).toBe(MAX_CANDIDATES);
  expect(peer.failure).toMatchObject({ code: "ERR_NO_PATH" });
});

test("relays that refuse are tried again, but not any number of them for as long", () => {
  const peer = new ScriptedPeer("controlling");
  peer.start(Array.from({ length: MAX_CANDIDATES }, (_, n) => host("192.0.2.9", "relay", n + 1)));
  refuseAll(peer);
  expect(peer.dialled.length).toBe(MAX_CANDIDATES + MAX_REDIALS);
  expect(peer.failure).toMatchObject({ code: "ERR_NO_PATH" });
});

/** Lets all the time pass that the agent takes; nobody is at home anywhere. */
function refuseAll(peer: ScriptedPeer): void {
  let refused = 0;
  for (let ms = 0; ms < 12_000; ms += 10) {
    peer.scheduler.advance(10);
    for (; refused < peer.dialled.length; refused++) peer.dialled[refused]?.done(undefined);
  }
}
