// Addresses are gathered while the other side's certificate is still looked for; what that may cost.
import { generateEcIdentity } from "@hashmere/crypto";
import { PkId, Value } from "@hashmere/dht";
import { beforeEach, expect, test } from "vitest";
import { MAX_GATHERING_AHEAD } from "../../src/manager/gathering-ahead.ts";
import type { Layers } from "../../src/manager/layers.ts";
import { inboxKey } from "../../src/signalling/index.ts";
import { encodeRequest } from "../../src/signalling/peer-connection-request.ts";
import { acceptAll, type Name, people, VirtualWorld, withoutChain } from "../support/virtual-world.ts";

let world: VirtualWorld;

beforeEach(() => {
  world = new VirtualWorld();
  world.box.rewrites = withoutChain;
});

const bobsId = PkId.fromBytes(people.bob.certificate.longId());

/** The layers of a device, and how many sessions it has open and has ever opened. */
function counted(name: Name) {
  const layers = world.paths.layers(people[name]);
  const count = { open: 0, opened: 0 };
  const counting: Layers = {
    ...layers,
    openSession: (request) => {
      const session = layers.openSession(request);
      let isOpen = true;
      count.open++;
      count.opened++;
      const close = () => {
        if (isOpen) count.open--;
        isOpen = false;
        session.close();
      };
      return { ...session, close };
    },
  };
  return { count, layers: counting };
}

test("the caller begins before it has the certificate, and uses what it has begun", async () => {
  const { count, layers } = counted("alice");
  const alice = await world.open("alice", { layers });
  const connecting = alice.connect(bobsId, "a");
  await world.time.run(200);
  expect(count).toEqual({ open: 1, opened: 1 });
  acceptAll(await world.open("bob"));
  expect((await world.until(connecting)).name).toBe("a");
  expect(count).toEqual({ open: 1, opened: 1 });
});

test("the called side begins before it has the certificate, and uses what it has begun", async () => {
  const { count, layers } = counted("bob");
  const bob = await world.open("bob", { layers });
  acceptAll(bob);
  const alice = await world.open("alice");
  const dht = world.dht("bob");
  let openedBeforeFound = 0;
  const { findCertificate } = dht;
  dht.findCertificate = async function (id) {
    const found = await findCertificate.call(this, id);
    openedBeforeFound = count.opened;
    return found;
  };
  await world.until(alice.connect(bobsId, "a"));
  expect(openedBeforeFound).toBe(1);
  expect(count).toEqual({ open: 1, opened: 1 });
});

test("nothing stays open when the device is not found", async () => {
  const { count, layers } = counted("alice");
  const alice = await world.open("alice", { layers });
  const connecting = alice.connect(bobsId, "a", { timeoutMs: 2000 });
  await expect(world.until(connecting)).rejects.toMatchObject({ code: "ERR_NO_CERTIFICATE" });
  expect(count).toEqual({ open: 0, opened: 1 });
});

test("addresses that are older than 5 s are gathered anew", async () => {
  const { count, layers } = counted("alice");
  const alice = await world.open("alice", { layers });
  const connecting = alice.connect(bobsId, "a");
  await world.time.run(5100);
  expect(count).toEqual({ open: 0, opened: 1 });
  acceptAll(await world.open("bob"));
  expect((await world.until(connecting)).name).toBe("a");
  expect(count).toEqual({ open: 1, opened: 2 });
});

test("several channels to one device share what was begun", async () => {
  const { count, layers } = counted("alice");
  const alice = await world.open("alice", { layers });
  const connecting = ["a", "b", "c"].map((name) => alice.connect(bobsId, name));
  acceptAll(await world.open("bob"));
  await world.until(Promise.all(connecting));
  expect(count).toEqual({ open: 1, opened: 1 });
});

test("who is refused leaves nothing open", async () => {
  const { count, layers } = counted("bob");
  await world.open("bob", { layers, allow: () => false });
  const alice = await world.open("alice");
  await expect(world.until(alice.connect(bobsId, "a"))).rejects.toMatchObject({ code: "ERR_REFUSED" });
  expect(count).toEqual({ open: 0, opened: 1 });
});

test("strangers can have us begin so often at a time, and until their certificate is given up", async () => {
  const { count, layers } = counted("bob");
  await world.open("bob", { layers });
  for (let id = 1n; id <= MAX_GATHERING_AHEAD + 4; id++) {
    const dht = world.box.of(await generateEcIdentity("stranger"));
    const request = { id, iceMessage: "nowhere", isAnswer: false, connectionType: "", isRefusal: false };
    const value = new Value({ data: encodeRequest(request), userType: "peer_request" });
    void dht.putEncrypted(inboxKey(bobsId), people.bob.certificate.publicKey, value);
  }
  await world.time.run(1000);
  expect(count).toEqual({ open: MAX_GATHERING_AHEAD, opened: MAX_GATHERING_AHEAD });
  await world.time.run(5000);
  expect(count).toEqual({ open: 0, opened: MAX_GATHERING_AHEAD });
});
