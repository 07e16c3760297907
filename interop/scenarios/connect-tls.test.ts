// GnuTLS with the priorities of DHTNet stands for a real peer, in both roles.
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { generateEcIdentity, generateIdentity, type Identity, saveIdentity } from "@hashmere/crypto";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type SecureStream, secureStream } from "../../packages/connect/src/tls/index.ts";
import { freePort } from "../peers/free-port.ts";
import { connectPlain, type KeyFiles, listenOnce, startGnutlsClient, startGnutlsServer } from "../peers/gnutls.ts";

type Kind = (typeof KINDS)[number];
const KINDS = ["under an elliptic authority", "under an RSA authority"] as const;

let folder: string;
let theirs: Identity;
let theirFiles: KeyFiles;
let ours: Readonly<Record<Kind, Identity>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hashmere-tls-"));
  const account = await generateIdentity("account", { bits: 2048 });
  theirs = await generateIdentity("device", { bits: 2048, issuer: account });
  await saveIdentity(theirs, join(folder, "theirs"));
  theirFiles = { key: join(folder, "theirs.pem"), certificates: join(folder, "theirs.crt") };
  const elliptic = await generateEcIdentity("account");
  ours = {
    "under an elliptic authority": await generateIdentity("device", { bits: 2048, issuer: elliptic }),
    "under an RSA authority": await generateIdentity("device", { bits: 4096, issuer: account }),
  };
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(KINDS)("a certificate of ours %s", (kind) => {
  test("as TLS client: the server takes it, shows its own, and data goes both ways", async () => {
    const port = await freePort();
    const server = startGnutlsServer(port, theirFiles);
    onTestFinished(() => server.kill());
    const { stream, peer } = await secure(await connectPlain(port), "client", kind);
    expect(peer.equals(theirs.certificate)).toBe(true);
    expect(peer.chain().map(String)).toEqual(theirs.certificate.chain().map(String));
    expect(describeConnection(stream)).toEqual(["TLSv1.3", "TLS_AES_256_GCM_SHA384"]);
    stream.write("back and forth\n");
    expect(String((await once(stream, "data"))[0])).toContain("back and forth");
    stream.end();
  });

  test("as TLS server: the client takes it, shows its own, and data goes both ways", async () => {
    const { port, connection } = await listenOnce();
    const client = startGnutlsClient(port, theirFiles);
    onTestFinished(() => client.kill());
    const { stream, peer } = await secure(await connection, "server", kind);
    expect(peer.equals(theirs.certificate)).toBe(true);
    expect(describeConnection(stream)).toEqual(["TLSv1.3", "TLS_AES_256_GCM_SHA384"]);
    stream.write("from the server\n");
    await client.lines.waitFor((line) => line === "from the server", "the server's line");
    client.write("from the client");
    expect(String((await once(stream, "data"))[0])).toContain("from the client");
    stream.end();
  });
});

function secure(stream: Duplex, role: "client" | "server", kind: Kind): Promise<SecureStream> {
  return secureStream(stream, { role, identity: ours[kind], verify: () => {} });
}

function describeConnection(stream: Duplex): (string | null)[] {
  const socket = stream as TLSSocket; // what it is, though its users need not know
  return [socket.getProtocol(), socket.getCipher().standardName];
}
