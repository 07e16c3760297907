import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect as connectTcp, type Socket } from "node:net";
import { type Duplex, duplexPair } from "node:stream";
import { connect as connectTls, TLSSocket } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { VirtualScheduler } from "../../../dht/src/scheduler/index.ts";
import {
  type CandidateSource,
  type DatagramBase,
  type IceRole,
  type LocalCandidate,
  parseDescription,
} from "../../src/ice/index.ts";
import { type IceSelection, IceSession, type IceSessionOptions } from "../../src/session/index.ts";
import { MAX_ACCEPTED_CONNECTIONS } from "../../src/session/session-sockets.ts";
import { TcpHostSource } from "../../src/sockets/index.ts";

const sessions: IceSession[] = [];

afterEach(() => {
  for (const session of sessions.splice(0)) session.close();
});

function open(role: IceRole, options: Partial<IceSessionOptions> = {}): IceSession {
  const sources = [new TcpHostSource({ includeLoopback: true })];
  const session = new IceSession({ role, sources, signal: new AbortController().signal, ...options });
  sessions.push(session);
  return session;
}

async function connect(
  caller = open("controlled"),
  called = open("controlling"),
): Promise<[IceSelection, IceSelection]> {
  const [offer, answer] = await Promise.all([caller.gather(), called.gather()]);
  return Promise.all([caller.connect(answer), called.connect(offer)]);
}

async function readAll(stream: Duplex): Promise<Buffer> {
  return Buffer.concat(await stream.toArray());
}

describe("two sessions on one machine", () => {
  test("agree on a connection and on their roles", async () => {
    const [caller, called] = await connect();
    expect([caller.role, called.role]).toEqual(["controlled", "controlling"]);
    expect(caller.path).toMatchObject({ transport: "tcp", relayed: false, mapped: false });
    expect(caller.path.local).toEqual(called.path.remote);
    expect(caller.path.remote).toEqual(called.path.local);
  });

  test("carry bytes both ways, whatever their number", async () => {
    const [caller, called] = await connect();
    const [up, down] = [Buffer.alloc(1_000_003, "up"), Buffer.alloc(70_000, "down")];
    called.stream.end(down);
    caller.stream.end(up);
    const [received, sent] = await Promise.all([readAll(called.stream), readAll(caller.stream)]);
    expect(received.equals(up)).toBe(true);
    expect(sent.equals(down)).toBe(true);
  });

  test("carry TLS, with the controlling side as its client", async () => {
    const { identities } = JSON.parse(readFileSync(new URL("../vectors/dhtnet.json", import.meta.url), "utf8"));
    const of = (who: "alice" | "bob") => ({
      key: identities[who].private_key_pem,
      cert: identities[who].certificate_chain_pem,
    });
    const [caller, called] = await connect();
    const server = new TLSSocket(caller.stream, {
      isServer: true,
      requestCert: true,
      rejectUnauthorized: false,
      ...of("alice"),
    });
    const client = connectTls({ socket: called.stream, rejectUnauthorized: false, ...of("bob") });
    const sent = Buffer.alloc(3_000_000, "secret");
    client.end(sent);
    await once(server, "secure");
    expect(server.getProtocol()).toBe("TLSv1.3");
    const received = await readAll(server);
    expect(received.equals(sent)).toBe(true);
  });

  test("close what they did not choose", async () => {
    const caller = open("controlled");
    const called = open("controlling");
    await connect(caller, called);
    const offer = parseDescription(await caller.gather());
    const passive = offer?.candidates.find(({ tcpType }) => tcpType === "passive");
    expect(passive).toBeDefined();
    if (passive)
      await expect(once(dial(passive.address.address, passive.address.port), "connect")).rejects.toThrow(
        "ECONNREFUSED",
      );
  });

  test("the end of one is seen by the other at once", async () => {
    const [caller, called] = await connect();
    caller.stream.destroy();
    called.stream.resume();
    await once(called.stream, "close");
    expect(called.stream.destroyed).toBe(true);
  });
});

describe("a session", () => {
  test("accepts a limited number of connections", async () => {
    const session = open("controlled");
    const description = parseDescription(await session.gather());
    const passive = description?.candidates.find(
      ({ tcpType, address }) => tcpType === "passive" && address.family === 4,
    );
    const sockets: Socket[] = [];
    let closed = 0;
    for (let i = 0; i < MAX_ACCEPTED_CONNECTIONS + 5; i++) {
      const socket = dial(passive?.address.address ?? "", passive?.address.port ?? 0);
      socket.on("close", () => closed++);
      sockets.push(socket);
      await once(socket, "connect");
    }
    while (closed < 5) await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toBe(5);
    for (const socket of sockets) socket.destroy();
  });

  test("that is ended by its signal rejects with ERR_CLOSED", async () => {
    const abort = new AbortController();
    const waiting: CandidateSource = { name: "waiting", gather: () => new Promise(() => {}) };
    const gathering = open("controlled", { sources: [waiting], signal: abort.signal }).gather();
    abort.abort();
    await expect(gathering).rejects.toMatchObject({ code: "ERR_CLOSED" });
    await expect(open("controlled", { signal: abort.signal }).gather()).rejects.toMatchObject({ code: "ERR_CLOSED" });
  });

  test("rejects a description that it can't read", async () => {
    const session = open("controlled");
    await session.gather();
    await expect(session.connect("")).rejects.toMatchObject({ code: "ERR_PROTOCOL" });
  });

  test("that finds no way says what was offered, and what its sources lacked", async () => {
    const failing: CandidateSource = {
      name: "turn",
      gather: async ({ failed }) => failed(new Error("wrong password")),
    };
    const throwing: CandidateSource = { name: "upnp", gather: () => Promise.reject(new Error("no router")) };
    const local = { address: "192.0.2.1", port: 1, family: 4 } as const;
    const base = { kind: "stream", local, close: () => undefined } as const;
    const passive: CandidateSource = {
      name: "host",
      gather: async ({ add }) => add({ transport: "tcp", type: "host", tcpType: "passive", address: local, base }),
    };
    const session = open("controlled", { sources: [passive, failing, throwing] });
    expect((await session.gather()).split("\n").length).toBe(4);
    const outcome = session.connect(
      "abcd\n0123456789abcdef01234567\nH1 1 TCP 1 192.0.2.9 5000 typ host tcptype passive\n",
    );
    await expect(outcome).rejects.toMatchObject({
      code: "ERR_NO_PATH",
      hint: expect.stringMatching(/here: host TCP IPv4.*; there: host TCP IPv4.*turn: wrong password.*upnp: no router/),
    });
  });

  test("that has nothing to offer says so before anybody is asked", async () => {
    const failing: CandidateSource = { name: "turn", gather: () => Promise.reject(new Error("no network")) };
    const session = open("controlled", { sources: [failing] });
    await expect(session.gather()).rejects.toMatchObject({
      code: "ERR_NO_NETWORK",
      hint: expect.stringContaining("turn: no network"),
    });
  });

  test("leaves sources behind that take too long, and closes what they bring after its end", async () => {
    const scheduler = new VirtualScheduler();
    const late = Promise.withResolvers<void>();
    const closed: string[] = [];
    const slow: CandidateSource = {
      name: "slow",
      gather: async ({ add }) => {
        await late.promise;
        const local = { address: "192.0.2.1", port: 1, family: 4 } as const;
        const base = { kind: "stream", local, close: () => closed.push("base") } as const;
        add({ transport: "tcp", type: "host", tcpType: "passive", address: local, base });
      },
    };
    const session = open("controlled", { sources: [slow], scheduler, gatherTimeoutMs: 700 });
    const gathering = session.gather();
    scheduler.advance(700);
    expect((await gathering).split("\n").length).toBe(3);
    session.close();
    late.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toEqual(["base"]);
  });

  describe("that answers a peer whose description has come", () => {
    const RELAY = "R1 1 TCP 16777215 203.0.113.9 6000 typ relay tcptype passive\n";
    const offer = (candidates: string) => `abcd\n0123456789abcdef01234567\n${candidates}`;

    /** A session with a slow source, which has found something when that is resolved. */
    function answering() {
      const found = Promise.withResolvers<void>();
      const local = { address: "198.51.100.7", port: 7, family: 4 } as const;
      const base = { kind: "stream", local, close: () => {} } as const;
      const slow: CandidateSource = {
        name: "slow",
        isSlow: true,
        gather: async ({ add }) => {
          await found.promise;
          add({ transport: "tcp", type: "relay", tcpType: "passive", address: local, base });
        },
      };
      const sources = [new TcpHostSource({ includeLoopback: true }), slow];
      return { session: open("controlling", { sources }), found };
    }

    test("waits for no server when it can reach the peer's relay; what comes later is in the next description", async () => {
      const { session, found } = answering();
      const first = await session.gatherFor(offer(RELAY));
      expect(first).not.toContain("198.51.100.7");
      found.resolve();
      expect(await session.gather()).toContain("198.51.100.7 7 typ relay");
    });

    test.each([
      ["none", ""],
      ["one over UDP", RELAY.replace("TCP", "UDP")],
    ])("has it all at once when the peer's relay is %s", async (_, candidates) => {
      const { session, found } = answering();
      const answer = session.gatherFor(offer(candidates));
      found.resolve();
      expect(await answer).toContain("198.51.100.7 7 typ relay");
    });
  });

  test("tries what a further description of the peer adds, and what another's does not", async () => {
    const [caller, called] = [open("controlled"), open("controlling")];
    const [offer, answer] = await Promise.all([caller.gather(), called.gather()]);
    const [ufrag, pwd, ...candidates] = answer.split("\n");
    const nowhere = "H1 1 TCP 2130706431 192.0.2.200 1 typ host tcptype passive";
    const connecting = [called.connect(offer), caller.connect([ufrag, pwd, nowhere, ""].join("\n"))];
    caller.hear(["other", pwd, ...candidates].join("\n"));
    caller.hear(answer);
    caller.hear("unreadable");
    const [atCalled, atCaller] = await Promise.all(connecting);
    expect([atCalled?.role, atCaller?.role]).toEqual(["controlling", "controlled"]);
  });

  test("uses UDP sockets for checks, and the same pair of ids for the stream on both sides", async () => {
    const [left, right] = datagramPair();
    const [caller, called] = await connect(
      open("controlled", { sources: [sourceOf(left)] }),
      open("controlling", { sources: [sourceOf(right)] }),
    );
    expect(caller.path).toMatchObject({ transport: "udp", localType: "host", remoteType: "host" });
    expect(left.ids?.local).toBe(right.ids?.remote);
    expect(left.ids?.remote).toBe(right.ids?.local);
    expect(left.ids?.local).not.toBe(left.ids?.remote);
    caller.stream.end("over datagrams");
    expect((await readAll(called.stream)).toString()).toBe("over datagrams");
  });
});

function dial(host: string, port: number): Socket {
  const socket = connectTcp({ host, port });
  socket.on("error", () => {});
  return socket;
}

interface TestDatagramBase extends DatagramBase {
  readonly listeners: Parameters<DatagramBase["onDatagram"]>[0][];
  ids?: { readonly local: number; readonly remote: number };
}

/** Two UDP sockets that only know each other. */
function datagramPair(): readonly [TestDatagramBase, TestDatagramBase] {
  const streams = duplexPair();
  const bases: TestDatagramBase[] = [];
  for (const [index, port] of [7001, 7002].entries()) {
    const local = { address: "192.0.2.1", port, family: 4 } as const;
    const base: TestDatagramBase = {
      kind: "datagram",
      local,
      listeners: [],
      send: (bytes) => {
        setImmediate(() => {
          for (const listener of bases[1 - index]?.listeners ?? []) listener(bytes, local);
        });
      },
      onDatagram: (listener) => base.listeners.push(listener),
      connect: (_, ids) => {
        base.ids = ids;
        return streams[index as 0 | 1];
      },
      close: () => {},
    };
    bases.push(base);
  }
  const [left, right] = bases;
  if (left === undefined || right === undefined) throw new Error("no pair");
  return [left, right];
}

function sourceOf(base: DatagramBase): CandidateSource {
  const candidate: LocalCandidate = { transport: "udp", type: "host", address: base.local, base };
  return { name: "udp", gather: async ({ add }) => add(candidate) };
}
