import { once } from "node:events";
import { type Duplex, duplexPair } from "node:stream";
import { connect, TLSSocket } from "node:tls";
import { generateIdentity, type Identity } from "@hashmere/crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { ConnectError } from "../../src/errors/index.ts";
import { type SecureStreamOptions, secureStream } from "../../src/tls/index.ts";
import { captured, capturedIdentity } from "../support/captured.ts";
import { settle, VirtualTime } from "../support/virtual-time.ts";

const alice = capturedIdentity("alice");
const bob = capturedIdentity("bob");

describe("both sides prove their keys", () => {
  test("and see each other's chain", async () => {
    const { client, server } = await securePair();
    expect(client.peer.equals(bob.certificate)).toBe(true);
    expect(server.peer.equals(alice.certificate)).toBe(true);
    expect(server.peer.chain().map(String)).toEqual(alice.certificate.chain().map(String));
    expect(client.peer.chain().map(String)).toEqual(bob.certificate.chain().map(String));
  });

  test("TLS 1.3 with AES-256 is what they agree on", async () => {
    const { client } = await securePair();
    const socket = client.stream as TLSSocket;
    expect(socket.getProtocol()).toBe("TLSv1.3");
    expect(socket.getCipher().standardName).toBe("TLS_AES_256_GCM_SHA384");
  });

  test("data goes both ways, and an end is an end", async () => {
    const { client, server } = await securePair();
    client.stream.end("from the client");
    expect(await text(server.stream)).toBe("from the client");
    server.stream.end(" and more");
    expect(await text(client.stream)).toBe("hello and more");
  });
});

describe("an end that the other side has not announced", () => {
  test.each(["client", "server"] as const)("is an error for the %s, after all that had come", async (role) => {
    const [near, far] = duplexPair();
    const connecting = secureStream(near, options("client", alice));
    const server = await secureStream(far, options("server", bob));
    server.stream.write("hello");
    const client = await connecting;
    client.stream.write("hello");
    const [ours, raw] = role === "client" ? [client.stream, far] : [server.stream, near];
    const heard: string[] = [];
    ours.on("data", (bytes) => heard.push(`${bytes}`));
    await settle();
    raw.end();
    const [error] = await once(ours, "error");
    expect(error).toMatchObject({ code: "ERR_LINK_LOST" });
    expect(heard).toEqual(["hello"]);
  });
});

describe("the client's hello", () => {
  test("names no host, no protocol and no AES-128, and carries what real peers insist on", async () => {
    const [near, far] = duplexPair();
    const connecting = secureStream(near, options("client", alice));
    connecting.catch(() => {});
    const hello = parseHello(await firstChunk(far));
    expect(hello.ciphers.slice(0, 2)).toEqual([0x1302, 0x1303]);
    expect(hello.ciphers).not.toContain(0x1301);
    expect(hello.extensions).not.toContain(0); // server_name
    expect(hello.extensions).not.toContain(16); // application_layer_protocol_negotiation
    expect(hello.extensions.includes(0xff01) || hello.ciphers.includes(0x00ff)).toBe(true); // renegotiation_info
    far.end();
    await expect(connecting).rejects.toMatchObject({ code: "ERR_TLS" });
  });
});

describe("a wrong certificate", () => {
  const refuse = (): never => {
    throw new ConnectError("ERR_BAD_CERTIFICATE", "somebody else");
  };

  test("is refused by the server; the client, which is done before, learns of it", async () => {
    const [near, far] = duplexPair();
    const client = secureStream(near, options("client", alice));
    const server = secureStream(far, { ...options("server", bob), verify: refuse });
    await expect(server).rejects.toMatchObject({ code: "ERR_BAD_CERTIFICATE" });
    await expect(client).rejects.toMatchObject({ code: "ERR_TLS" });
    await settle();
    expect([near.destroyed, far.destroyed]).toEqual([true, true]);
  });

  test("is refused by the client", async () => {
    const [near, far] = duplexPair();
    const client = secureStream(near, { ...options("client", alice), verify: refuse });
    const server = secureStream(far, options("server", bob)).then(({ stream }) => text(stream));
    await expect(client).rejects.toMatchObject({ code: "ERR_BAD_CERTIFICATE" });
    expect(await server.catch((error) => error.code)).toMatch(/^$|ERR_TLS/);
  });

  test("is one that isn't shown", async () => {
    const [near, far] = duplexPair();
    const bare = rawClient(near);
    const server = secureStream(far, options("server", bob));
    await expect(server).rejects.toMatchObject({ code: "ERR_BAD_CERTIFICATE" });
    await expect(text(bare)).resolves.toBe("");
  });
});

describe("a peer that stops in the middle", () => {
  test.each(["client", "server"] as const)("is noticed by the %s when the connection ends", async (role) => {
    const [near, far] = duplexPair();
    const securing = secureStream(near, options(role, alice));
    securing.catch(() => {});
    await settle();
    far.end();
    far.resume();
    await expect(securing).rejects.toMatchObject({ code: "ERR_TLS" });
    await settle();
    expect(near.destroyed).toBe(true);
  });

  test.each(["client", "server"] as const)("is noticed by the %s when the connection breaks", async (role) => {
    const [near] = duplexPair();
    const securing = secureStream(near, options(role, alice));
    securing.catch(() => {});
    await settle();
    near.destroy(new Error("reset"));
    await expect(securing).rejects.toMatchObject({ code: "ERR_TLS" });
  });

  test.each(["client", "server"] as const)("is given up by the %s in time", async (role) => {
    const time = new VirtualTime();
    const [near, far] = duplexPair();
    far.resume();
    const securing = secureStream(near, { ...options(role, alice), scheduler: time, timeoutMs: 10_000 });
    securing.catch(() => {});
    await settle();
    await time.run(9_999);
    expect(near.destroyed).toBe(false);
    await time.run(1);
    await expect(securing).rejects.toMatchObject({ code: "ERR_TIMED_OUT" });
  });

  test("doesn't hold up whoever no longer wants", async () => {
    const [near, far] = duplexPair();
    far.resume();
    const controller = new AbortController();
    const securing = secureStream(near, { ...options("server", alice), signal: controller.signal });
    securing.catch(() => {});
    await settle();
    controller.abort(new Error("enough"));
    await expect(securing).rejects.toThrow("enough");
    const aborted = secureStream(duplexPair()[0], { ...options("server", alice), signal: controller.signal });
    await expect(aborted).rejects.toThrow("enough");
  });

  test.each(["client", "server"] as const)("or talks something else is an error for the %s", async (role) => {
    const [near, far] = duplexPair();
    const securing = secureStream(near, options(role, alice));
    securing.catch(() => {});
    far.resume();
    far.write("GET / HTTP/1.1\r\n\r\n");
    await expect(securing).rejects.toMatchObject({ code: "ERR_TLS" });
  });
});

describe("a server that never speaks", () => {
  test("is believed after a while", async () => {
    const time = new VirtualTime();
    const [near, far] = duplexPair();
    const server = rawServer(far);
    const securing = secureStream(near, { ...options("client", alice), scheduler: time });
    await new Promise((resolve) => server.once("secure", resolve));
    await settle();
    await time.run(1_999);
    await time.run(1);
    expect((await securing).peer.equals(bob.certificate)).toBe(true);
  });

  test("and ends has refused", async () => {
    const [near, far] = duplexPair();
    const server = rawServer(far);
    server.once("secure", () => server.end());
    await expect(secureStream(near, options("client", alice))).rejects.toMatchObject({ code: "ERR_TLS" });
  });
});

describe("a chain of one", () => {
  let lone: Identity;
  beforeAll(async () => {
    lone = await generateIdentity("lone", { bits: 2048 });
  });

  test("is shown as it is: whom to trust is decided elsewhere", async () => {
    const { server } = await securePair(lone);
    expect(server.peer.equals(lone.certificate)).toBe(true);
    expect(server.peer.issuer).toBeUndefined();
  });
});

function options(role: "client" | "server", identity: Identity): SecureStreamOptions {
  return { role, identity, verify: () => {} };
}

async function securePair(clientIdentity = alice) {
  const [near, far] = duplexPair();
  const connecting = secureStream(near, options("client", clientIdentity));
  const server = await secureStream(far, options("server", bob));
  server.stream.write("hello");
  return { client: await connecting, server };
}

function rawClient(socket: Duplex): TLSSocket {
  return connect({ socket, rejectUnauthorized: false }).on("error", () => {});
}

function rawServer(stream: Duplex): TLSSocket {
  const { private_key_pem: key, certificate_chain_pem: cert } = captured.identities.bob;
  return new TLSSocket(stream, { isServer: true, key, cert, requestCert: true, rejectUnauthorized: false });
}

async function firstChunk(stream: Duplex): Promise<Buffer> {
  return new Promise((resolve) => stream.once("data", resolve));
}

async function text(stream: Duplex): Promise<string> {
  return Buffer.concat(await stream.toArray()).toString();
}

function parseHello(record: Buffer): { ciphers: number[]; extensions: number[] } {
  let offset = 5 + 4 + 2 + 32; // record, handshake, version, random
  offset += 1 + record.readUInt8(offset); // session id
  const ciphersEnd = offset + 2 + record.readUInt16BE(offset);
  const ciphers: number[] = [];
  for (offset += 2; offset < ciphersEnd; offset += 2) ciphers.push(record.readUInt16BE(offset));
  offset += 1 + record.readUInt8(offset) + 2; // compression
  const extensions: number[] = [];
  while (offset + 4 <= record.length) {
    extensions.push(record.readUInt16BE(offset));
    offset += 4 + record.readUInt16BE(offset + 2);
  }
  return { ciphers, extensions };
}
