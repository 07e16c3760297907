// What a manager is, and what it leaves in its folder.
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { generateEcIdentity, generateIdentity } from "@hashmere/crypto";
import { beforeEach, expect, test } from "vitest";
import { ConnectionManager } from "../../src/index.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { acceptAll, people, VirtualWorld } from "../support/virtual-world.ts";

/** Files take real time, so virtual time passes slowly here, and there is much of it. */
const PATIENTLY = { timeoutMs: 600_000 };
let world: VirtualWorld;

beforeEach(() => {
  world = new VirtualWorld();
});

test("certificates of peers are kept, of those who were let in alone, and requests that were dealt with", async () => {
  const [atAlice, atBob] = [join(await temporaryFolder(), "cache"), await temporaryFolder()];
  const alice = await world.open("alice", { cachePath: atAlice });
  const bob = await world.open("bob", { cachePath: atBob, allow: [people.alice.certificate] });
  const carol = await world.open("carol");
  acceptAll(bob);
  await world.time.slowly(alice.connect(bob.deviceId, "chat", PATIENTLY));
  await expect(world.time.slowly(carol.connect(bob.deviceId, "chat", PATIENTLY))).rejects.toMatchObject({
    code: "ERR_REFUSED",
  });
  await world.time.slowly(Promise.all([alice.close(), bob.close()]));

  expect(await readdir(join(atAlice, "certStore", "certificates"))).toEqual([`${bob.deviceId}`]);
  expect(await readdir(join(atBob, "certStore", "certificates"))).toEqual([`${alice.deviceId}`]);
  expect((await stat(atAlice)).mode & 0o777).toBe(0o700);
  expect((await readFile(join(atBob, "treatedMessages"))).length).toBeGreaterThan(2 * 15);
});

test("a request that was dealt with before a restart is not dealt with again", async () => {
  const cachePath = await temporaryFolder();
  const alice = await world.open("alice");
  const first = await world.open("bob", { cachePath });
  acceptAll(first);
  await world.time
    .slowly(alice.connect(first.deviceId, "chat", PATIENTLY))
    .then((channel) => channel.on("error", () => {}));
  await world.time.slowly(first.close());
  const second = await world.open("bob", { cachePath });
  await world.time.run(1000);
  expect(second.getConnectionList().filter(({ isCaller }) => !isCaller)).toEqual([]);
});

test("a device that vouches for itself gets an authority, and keeps its id", async () => {
  const identity = await generateIdentity("alone", { bits: 2048 });
  const manager = await ConnectionManager.open({
    identity,
    dht: world.box.of(identity),
    clock: world.time,
    layers: world.paths.layers(identity),
  });
  expect(manager.certificate.issuer?.isCa).toBe(true);
  expect(manager.certificate.publicKey.equals(identity.key.publicKey)).toBe(true);
  await manager.close();
});

test("a key that nobody can encrypt for is refused", async () => {
  const identity = await generateEcIdentity("curve");
  await expect(ConnectionManager.open({ identity, dht: world.box.of(identity) })).rejects.toMatchObject({
    code: "ERR_BAD_CERTIFICATE",
  });
});
