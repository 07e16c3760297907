// A certificate that its responder takes back, seen by whole managers.
import { expect, test } from "vitest";
import { startLoopback } from "../support/loopback.ts";
import { OcspAuthority } from "../support/ocsp-authority.ts";

async function aliceAndRevoked() {
  const authority = await OcspAuthority.open();
  authority.verdict = "revoked";
  const { open } = await startLoopback();
  const revoked = await open(await authority.device("revoked"), { allow: () => true });
  const alice = await open("alice", { allow: () => true });
  for (const manager of [revoked, alice]) manager.handle((request) => void request.accept());
  await Promise.all([revoked.published, alice.published]);
  return { authority, revoked, alice };
}

test("is not connected to", async () => {
  const { authority, revoked, alice } = await aliceAndRevoked();
  await expect(alice.connect(revoked.deviceId, "chat")).rejects.toMatchObject({ code: "ERR_BAD_CERTIFICATE" });
  expect([alice.activeLinks, revoked.activeLinks, authority.asked.length]).toEqual([0, 0, 1]);
});

test("is not let in", async () => {
  const { revoked, alice } = await aliceAndRevoked();
  await expect(revoked.connect(alice.deviceId, "chat")).rejects.toMatchObject({ name: "ConnectError" });
  expect([alice.activeLinks, revoked.activeLinks]).toEqual([0, 0]);
});

test("is connected to while it is good", async () => {
  const { authority, revoked, alice } = await aliceAndRevoked();
  authority.verdict = "good";
  const channel = await alice.connect(revoked.deviceId, "chat");
  expect(channel.name).toBe("chat");
  channel.destroy();
});
