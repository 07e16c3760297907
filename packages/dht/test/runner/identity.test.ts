import { generateCertificate } from "@hashmere/crypto";
import { expect, test } from "vitest";
import { DhtRunner, type IdentityAnnouncedEvent, InfoHash, PkId, Value } from "../../src/index.ts";
import { alice, bob } from "../secure/people.ts";
import { addressOf, startNode, startPair, temporaryFolder } from "./loopback.ts";

// What an identity does for a node on real sockets, with keys at work off the main thread.

/** A node of Alice's, connected. */
async function startWriter(): Promise<DhtRunner> {
  const writer = await startNode({ identity: alice, bootstrap: [addressOf(await startNode()).toString()] });
  await writer.connected();
  return writer;
}

const longIdOf = (person: typeof bob) => PkId.fromBytes(person.key.publicKey.longId());

test("the node id follows from the identity where none is given", async () => {
  const node = await startNode({ identity: alice });
  expect(node.id).toEqual(InfoHash.fromBytes(alice.key.publicKey.shortId()));
  expect(node.publicKey?.equals(alice.key.publicKey)).toBe(true);
  expect(node.nodeId).toEqual(InfoHash.get(`node:${node.id}`));
  const nodeId = InfoHash.get("mine");
  expect((await startNode({ identity: alice, nodeId })).nodeId).toEqual(nodeId);
});

test("the id of a state file comes first", async () => {
  const persistPath = `${await temporaryFolder()}/state`;
  const plain = await startNode({ persistPath });
  const { nodeId } = plain;
  await plain.shutdown();
  await plain.join();
  expect((await startNode({ persistPath, identity: alice })).nodeId).toEqual(nodeId);
});

test("without identity there is no id and no key", async () => {
  const node = await startNode();
  expect(node.id.isZero()).toBe(true);
  expect(node.publicKey).toBeNull();
});

test("an identity whose certificate is of another key is refused", async () => {
  const identity = { key: alice.key, certificate: bob.certificate };
  await expect(DhtRunner.run({ identity })).rejects.toMatchObject({ code: "ERR_KEY_MISMATCH" });
});

test("a signed value is read by others, and the next one under its id replaces it", async () => {
  const [first, second] = await startPair();
  const writer = await startNode({ identity: alice, bootstrap: [addressOf(first).toString()] });
  await writer.connected();
  const put = await writer.putSigned("news", new Value({ id: 7n, data: Uint8Array.of(1) }));
  expect(put).toMatchObject({ ok: true, value: { seq: 0 } });
  expect((await writer.putSigned("news", new Value({ id: 7n, data: Uint8Array.of(2) }))).value.seq).toBe(1);
  const [value] = await second.getAll("news");
  expect(value).toMatchObject({ id: 7n, seq: 1, data: Uint8Array.of(2), ownerId: writer.id });
});

test("an encrypted value is read by its recipient alone, who listens", async () => {
  const reader = await startNode({ identity: bob });
  const announced = new Promise<IdentityAnnouncedEvent>((resolve) =>
    reader.addEventListener("identityannounced", resolve),
  );
  const other = await startNode({ bootstrap: [addressOf(reader).toString()] });
  const writer = await startNode({ identity: alice, bootstrap: [addressOf(reader).toString()] });
  await Promise.all([other.connected(), writer.connected(), reader.connected()]);
  expect((await announced).ok).toBe(true);
  await using mail = reader.listen("inbox");
  await mail.ready;
  const put = await writer.putEncrypted("inbox", longIdOf(bob), "for bob only");
  expect(put.ok).toBe(true);
  expect(put.value.isEncrypted()).toBe(true);
  for await (const { value } of mail) {
    expect(value.text()).toBe("for bob only");
    expect(value.ownerId).toEqual(writer.id);
    break;
  }
  expect(await other.getAll("inbox")).toEqual([]);
  expect(other.getDroppedValues().unreadable).toBe(1);
});

test("what can't be signed or encrypted says why", async () => {
  const node = await startNode();
  expect(await node.putSigned("k", "x")).toMatchObject({ ok: false, error: { code: "ERR_NO_IDENTITY" } });
  const writer = await startWriter();
  const put = await writer.putEncrypted("k", PkId.get("nobody"), "x");
  expect(put).toMatchObject({ ok: false, error: { code: "ERR_CERTIFICATE_NOT_FOUND" } });
});

test("certificates are found by either id, and null is the answer where there is none", async () => {
  const [holder, seeker] = await startPair();
  const published = await startNode({ identity: bob, bootstrap: [addressOf(holder).toString()] });
  await new Promise((resolve) => published.addEventListener("identityannounced", resolve));
  expect(await seeker.findCertificate(longIdOf(bob))).toEqual(bob.certificate);
  expect((await seeker.findPublicKey(published.id))?.equals(bob.key.publicKey)).toBe(true);
  expect(await seeker.findCertificate(PkId.get("nobody"))).toBeNull();
  await expect(seeker.findCertificate(PkId.get("x"), { signal: AbortSignal.abort() })).rejects.toThrow();
  await seeker.join();
  expect(await seeker.findCertificate(longIdOf(bob))).toBeNull();
});

test("a certificate may be registered, or come from a store of one's own", async () => {
  const node = await startNode();
  node.registerCertificate(alice.certificate);
  expect(await node.findCertificate(longIdOf(alice))).toBe(alice.certificate);
  const certificate = await generateCertificate(bob.key);
  node.setLocalCertificateStore(async () => [certificate]);
  expect(await node.findCertificate(longIdOf(bob))).toBe(certificate);
});

test("an abort while the value is being signed puts nothing", async () => {
  const node = await startWriter();
  const abort = new AbortController();
  const put = node.putSigned("k", "x", { signal: abort.signal });
  abort.abort();
  await expect(put).rejects.toThrow();
  await node.shutdown();
  expect(node.getLocal("k")).toEqual([]);
});
