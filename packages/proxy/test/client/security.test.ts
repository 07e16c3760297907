import { generateIdentity, type Identity } from "@hashmere/crypto";
import { InfoHash, PkId, Value, withSecurity } from "@hashmere/dht";
import { beforeAll, describe, expect, test } from "vitest";
import { ClientRig } from "./client-rig.ts";

const KEY = InfoHash.get("room");

let alice: Identity;
let bob: Identity;

beforeAll(async () => {
  [alice, bob] = await Promise.all([generateIdentity("alice"), generateIdentity("bob")]);
});

describe("with an identity", () => {
  test("what is put is signed here, as the next version of what we put before", async () => {
    const rig = new ClientRig();
    const client = await rig.open({ security: withSecurity({ identity: alice }) });
    const first = await client.putSigned("room", new Value({ id: 1n, data: Uint8Array.of(1) }));
    const second = await client.putSigned("room", new Value({ id: 1n, data: Uint8Array.of(2) }));
    expect([first, second].map(({ ok, value }) => [ok, value.seq])).toEqual([
      [true, 0],
      [true, 1],
    ]);
    const reader = await rig.open({ security: withSecurity() });
    expect((await reader.getAll("room")).map(({ seq, ownerId }) => [seq, `${ownerId}`])).toEqual([
      [1, `${InfoHash.fromBytes(alice.key.publicKey.shortId())}`],
    ]);
  });

  test("what is put encrypted is read by its recipient, found by its certificate, and by nobody else", async () => {
    const rig = new ClientRig();
    const sender = await rig.open({ security: withSecurity({ identity: alice }) });
    const recipient = await rig.open({ security: withSecurity({ identity: bob }) });
    await rig.pass(1_000);
    const to = PkId.fromBytes(bob.key.publicKey.longId());
    expect(await sender.putEncrypted("room", to, "for bob")).toMatchObject({ ok: true });
    expect((await recipient.getAll("room")).map((value) => value.text())).toEqual(["for bob"]);
    expect(await sender.getAll("room")).toEqual([]);
    const plain = await rig.open();
    expect((await plain.getAll("room")).map((value) => value.isEncrypted())).toEqual([true]);
  });

  test("forged values are not delivered, to listeners neither", async () => {
    const rig = new ClientRig();
    const client = await rig.open({ security: withSecurity() });
    const owner = alice.key.publicKey.der();
    rig.proxy.put(KEY, new Value({ id: 1n, owner, signature: new Uint8Array(256) }));
    rig.proxy.put(KEY, new Value({ id: 2n }));
    expect((await client.getAll("room")).map(({ id }) => id)).toEqual([2n]);
    for await (const { value } of client.listen("room")) {
      expect(value.id).toBe(2n);
      break;
    }
  });
});
