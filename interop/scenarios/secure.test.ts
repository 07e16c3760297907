import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateNodeIdentity, type Identity, loadIdentity, saveIdentity } from "@hashmere/crypto";
import { DhtRunner, InfoHash, PkId, Value } from "@hashmere/dht";
import { beforeAll, describe, expect, test } from "vitest";
import { DhtnodeShell } from "../peers/dhtnode-shell.ts";
import { type Endpoint, LOOPBACK_4 } from "../peers/interop-peer.ts";
import { POLL, Stage } from "../peers/stage.ts";
import { word } from "../peers/values.ts";

// Identities: signed and encrypted values, certificates and identity files, between ours and the real dhtnode.

let ourIdentity: Identity;

beforeAll(async () => {
  ourIdentity = (await generateNodeIdentity(2048)).identity;
});

/** A node of ours with an identity, and a real one with another, joined to it. */
async function pair(stage: Stage, options: readonly string[] = ["-i"]): Promise<[DhtRunner, DhtnodeShell]> {
  const ours = stage.use(await startOurs(stage.network));
  const theirs = stage.use(await startTheirs(stage.network, endpointOfOurs(ours), options));
  await ours.connected();
  return [ours, theirs];
}

function startOurs(network: number, identity: Identity | undefined = ourIdentity): Promise<DhtRunner> {
  return DhtRunner.run({ network, identity, bind4: LOOPBACK_4, bind6: null });
}

function startTheirs(network: number, bootstrap: Endpoint, options: readonly string[]): Promise<DhtnodeShell> {
  return DhtnodeShell.start({ network, bootstrap, options });
}

function endpointOfOurs(node: DhtRunner): Endpoint {
  return { host: LOOPBACK_4, port: node.getBound(4)?.port ?? 0 };
}

const note = (text: string, id = 0n) => new Value({ id, ...word(text) });

describe("a node of ours and a dhtnode, each with an identity", () => {
  test("have the node ids that follow from their keys", async () => {
    await using stage = new Stage();
    const [ours, theirs] = await pair(stage);
    expect(ours.nodeId).toEqual(InfoHash.get(`node:${ours.id}`));
    expect(theirs.nodeId).toBe(InfoHash.get(`node:${theirs.publicKeyId}`).toString());
  });

  test("read each other's signed values", async () => {
    await using stage = new Stage();
    const [ours, theirs] = await pair(stage);
    expect((await ours.putSigned("ours", note("from-us"))).ok).toBe(true);
    expect(await theirs.get("ours")).toMatchObject([{ text: "from-us", seq: 0 }]);
    expect(await theirs.putSigned("theirs", "from-them")).toBe(true);
    const [value] = await ours.getAll("theirs");
    expect([value?.text(), value?.isSigned(), value?.ownerId?.toString()]).toEqual([
      "from-them",
      true,
      theirs.publicKeyId,
    ]);
  });

  test("see our edits, with sequence numbers 0, 1, 2, and store the last", async () => {
    await using stage = new Stage();
    const [ours, theirs] = await pair(stage);
    for (const [seq, text] of ["one", "two", "three"].entries()) {
      expect(await ours.putSigned("edited", note(text, 7n))).toMatchObject({ ok: true, value: { seq } });
      expect(await theirs.get("edited")).toEqual([{ id: 7n, seq, isDecrypted: false, text }]);
    }
  });

  test("drop what was tampered with", async () => {
    await using stage = new Stage();
    const [ours, theirs] = await pair(stage);
    const { value } = await ours.putSigned("honest", note("true", 7n));
    expect((await ours.put("tampered", value.withData(Buffer.from("lie")))).ok).toBe(true);
    expect(await theirs.get("tampered")).toEqual([]);
    expect(await ours.getAll("tampered")).toEqual([]);
    expect(ours.getDroppedValues().forged).toBe(1);
  });

  test("find each other's certificates, and encrypt for each other by id", async () => {
    await using stage = new Stage();
    const [ours, theirs] = await pair(stage);
    const theirId = InfoHash.fromHex(theirs.publicKeyId);
    await expect.poll(() => ours.findCertificate(theirId), POLL).not.toBeNull();
    const found = await ours.findCertificate(theirId);
    expect(found?.subject.commonName).toBe("DHT Node");
    expect(found?.issuer?.subject.commonName).toBe("DHT Node CA");
    expect((await ours.putEncrypted("to-them", theirId, note("for your eyes"))).ok).toBe(true);
    expect(await theirs.get("to-them")).toMatchObject([{ text: "for your eyes", isDecrypted: true }]);
    expect(await theirs.putEncrypted("to-us", ours.id.toString(), "for-ours")).toBe(true);
    const [value] = await ours.getAll("to-us");
    expect([value?.text(), value?.ownerId?.toString(), value?.recipient]).toEqual([
      "for-ours",
      theirs.publicKeyId,
      ours.id,
    ]);
  });

  test("encrypt to a key, and nobody else reads it", async () => {
    await using stage = new Stage();
    const [ours, theirs] = await pair(stage);
    const other = stage.use(await startTheirs(stage.network, endpointOfOurs(ours), ["-i"]));
    const key = await ours.findPublicKey(InfoHash.fromHex(theirs.publicKeyId));
    if (key === null) expect.unreachable("their key");
    expect((await ours.putEncrypted("secret", key, note("hush"))).ok).toBe(true);
    expect(await theirs.get("secret")).toMatchObject([{ text: "hush", isDecrypted: true }]);
    expect(await other.get("secret")).toEqual([]);
    expect(await ours.getAll("secret")).toEqual([]);
  });

  test("publish certificates that each stores for the other: ours at the places of both generations", async () => {
    await using stage = new Stage();
    const [ours, theirs] = await pair(stage);
    const places = [ours.id, InfoHash.get(PkId.fromBytes(ourIdentity.key.publicKey.longId()))];
    for (const place of places) {
      await expect
        .poll(async () => (await theirs.run(`g ${place}`, /^Get: (completed|failure)/)).join("\n"), POLL)
        .toContain("Certificate");
    }
    await expect.poll(() => ours.getLocal(InfoHash.fromHex(theirs.publicKeyId)).length, POLL).toBe(1);
  });
});

describe("identity files", () => {
  test("written by dhtnode are loaded by us, and give the same ids", async () => {
    await using stage = new Stage();
    const folder = await temporaryFolder(stage);
    const theirs = stage.use(
      await DhtnodeShell.start({ network: stage.network, options: ["-i", "--save-identity", join(folder, "theirs")] }),
    );
    const identity = await loadIdentity(join(folder, "theirs"));
    const ours = stage.use(await startOurs(stage.network, identity));
    expect([ours.id.toString(), ours.nodeId.toString()]).toEqual([theirs.publicKeyId, theirs.nodeId]);
  });

  test("written by us are loaded by dhtnode, which then reads what is encrypted for it", async () => {
    await using stage = new Stage();
    const folder = await temporaryFolder(stage);
    const { identity } = await generateNodeIdentity(2048);
    await saveIdentity(identity, join(folder, "ours"));
    const files = ["--certificate", join(folder, "ours.crt"), "--privkey", join(folder, "ours.pem")];
    const [ours, theirs] = await pair(stage, files);
    expect(theirs.publicKeyId).toBe(Buffer.from(identity.key.publicKey.shortId()).toString("hex"));
    await ours.putEncrypted("loaded", identity.key.publicKey, note("welcome"));
    expect(await theirs.get("loaded")).toMatchObject([{ text: "welcome", isDecrypted: true }]);
  });
});

async function temporaryFolder(stage: Stage): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "hashmere-"));
  stage.use({ [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) });
  return folder;
}
