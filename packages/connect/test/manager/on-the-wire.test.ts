// What a manager leaves in the DHT, in the form in which DHTNet looks for it; over loopback, with real nodes and keys.
import { Certificate, PublicKey } from "@hashmere/crypto";
import { CERTIFICATE, DhtRunner, InfoHash, PkId, type Value } from "@hashmere/dht";
import type { ProxyClient } from "@hashmere/proxy/client";
import { expect, expectTypeOf, onTestFinished, test } from "vitest";
import type { SignallingDht } from "../../src/index.ts";
import { inboxKey, type LegacyMode } from "../../src/signalling/index.ts";
import { decodeRequest } from "../../src/signalling/peer-connection-request.ts";
import { captured, capturedIdentity } from "../support/captured.ts";
import { startLoopback } from "../support/loopback.ts";

const { alice, bob } = captured.identities;

/** Bob's node without a manager: his inboxes are read by the test. */
async function startBob(boot: DhtRunner): Promise<DhtRunner> {
  const limits = { maxReqPerSec: -1, maxPeerReqPerSec: -1, bind6: null } as const;
  const dht = await DhtRunner.run({
    bind4: "127.0.0.1",
    ...limits,
    identity: capturedIdentity("bob"),
    bootstrap: [`${boot.getBound(4)}`],
  });
  onTestFinished(() => dht.join());
  await dht.connected();
  return dht;
}

async function firstOf(dht: DhtRunner, key: InfoHash): Promise<Value> {
  for await (const { value } of dht.listen(key)) return value;
  throw new Error("the listener ended");
}

test("its certificate lies where the device id says, as a packed chain", async () => {
  const { boot, open } = await startLoopback();
  const manager = await open("alice");
  await manager.published;
  const [value] = await boot.getAll(InfoHash.fromHex(alice.certificate_key));
  expect(value).toMatchObject({ id: 1n, type: CERTIFICATE.id });
  expect(`${InfoHash.get(manager.deviceId)}`).toBe(alice.certificate_key);
  const prefix = Buffer.from(value?.data.subarray(0, 30) ?? []);
  expect(prefix.toString("latin1")).toMatch(/^\xc5..-----BEGIN CERTIFICATE-----/s);
});

test.each<[LegacyMode, string, string]>([
  ["enabled", "the short id", bob.inbox_legacy],
  ["supported", "the device id", bob.inbox],
  ["disabled", "the device id", bob.inbox],
])("with the older inbox %s, a request goes to the one of %s", async (legacyMode, _, inbox) => {
  const { boot, open } = await startLoopback();
  const dht = await startBob(boot);
  const manager = await open("alice", { legacyMode });
  const found = firstOf(dht, InfoHash.fromHex(inbox));
  const asked = manager.connect(bob.device_id, "chat", { connectionType: "sync" }).catch(() => {});
  const value = await found;
  await manager.close();
  await asked;

  expect(value).toMatchObject({ type: 0, userType: "peer_request", seq: 0, priority: 0, pushType: "sync" });
  expect([`${value.recipient}`, value.isSigned()]).toEqual([bob.short_id, true]);
  const owner = PublicKey.from(value.owner ?? new Uint8Array());
  expect(`${PkId.fromBytes(owner.longId())}`).toBe(alice.device_id);
  expect(value.data[0]).toBe(0x85); // five entries: those of DHTNet, and our certificate
  const request = decodeRequest(value.data);
  expect(Certificate.fromBlobs(request?.chain ?? []).equals(capturedIdentity("alice").certificate)).toBe(true);
  expect(request).toMatchObject({ isAnswer: false, connectionType: "sync" });
  expect(request?.id).toBeGreaterThan(0n);
  expect(request?.id).toBeLessThanOrEqual(2n ** 53n);
  const [ufrag, pwd, ...candidates] = request?.iceMessage.split("\n") ?? [];
  expect(ufrag).toMatch(/^[0-9a-f]{8}$/);
  expect(pwd).toMatch(/^[0-9a-f]{24}$/);
  expect(candidates.at(-1)).toBe(""); // the last line ends as the others do
  expect(candidates[0]).toMatch(/^H[0-9a-f]+ 1 TCP 2130706431 [\d.]+ \d+ typ host tcptype passive x-tls bare$/);
  expect(candidates[1]).toMatch(/^H[0-9a-f]+ 1 TCP 2130706175 [\d.]+ 9 typ host tcptype active$/);
});

test("its own inboxes are those of both its ids", async () => {
  const { open } = await startLoopback();
  const { deviceId, certificate } = await open("alice");
  expect(`${inboxKey(deviceId)}`).toBe(alice.inbox);
  expect(`${inboxKey(InfoHash.fromBytes(certificate.shortId()))}`).toBe(alice.inbox_legacy);
});

test("a node, and the client of a proxy, are what it needs", () => {
  expectTypeOf<DhtRunner>().toExtend<SignallingDht>();
  expectTypeOf<ProxyClient>().toExtend<SignallingDht>();
});
