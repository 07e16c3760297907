import { once } from "node:events";
import { connect, isIP, type Socket } from "node:net";
import { SockAddr, silentLogger } from "@hashmere/dht";
import { afterEach, describe, expect, test } from "vitest";
import type { CandidateSource, IceConnection, LocalCandidate } from "../../src/ice/index.ts";
import { dialTcp, interfaceAddresses, TcpHostSource, TcpListener, TcpPunchSource } from "../../src/sockets/index.ts";
import { MAX_ADDRESSES_PER_FAMILY } from "../../src/sockets/interface-addresses.ts";
import { MAX_UNTAKEN } from "../../src/sockets/tcp-listener.ts";
import { parseAddressList } from "../../src/sockets/unusable-addresses.ts";

const abort = new AbortController();
const closing: { close(): void }[] = [];

afterEach(() => {
  for (const base of closing.splice(0)) base.close();
});

async function listen(options: Parameters<typeof TcpListener.open>[0] = { family: 4, address: "127.0.0.1" }) {
  const listener = await TcpListener.open(options);
  closing.push(listener);
  return listener;
}

async function gather(source: CandidateSource): Promise<{ found: LocalCandidate[]; failures: Error[] }> {
  const [found, failures]: [LocalCandidate[], Error[]] = [[], []];
  await source.gather({
    signal: abort.signal,
    log: silentLogger,
    remote: new Promise(() => {}),
    add: (candidate) => found.push(candidate),
    failed: (reason) => failures.push(reason),
  });
  closing.push(...found.map(({ base }) => base));
  return { found, failures };
}

describe("a dialled connection", () => {
  test("reaches a listener, and both ends know both addresses", async () => {
    const listener = await listen();
    const accepted = new Promise<IceConnection>((resolve) => listener.onConnection(resolve));
    const opened = await dialTcp(listener.local, { signal: abort.signal });
    const other = await accepted;
    expect([opened.local, opened.remote]).toEqual([other.remote, other.local]);
    opened.stream.end("hello");
    expect(Buffer.concat(await other.stream.toArray()).toString()).toBe("hello");
    other.stream.destroy();
  });

  test("that is refused is an error with a code", async () => {
    const listener = await TcpListener.open({ family: 4, address: "127.0.0.1" });
    listener.close();
    const dialling = dialTcp(listener.local, { signal: abort.signal });
    await expect(dialling).rejects.toMatchObject({ code: "ERR_NO_PATH", cause: { code: "ECONNREFUSED" } });
  });

  test("outlives the signal that would have ended the attempt", async () => {
    const listener = await listen();
    const accepted = new Promise<IceConnection>((resolve) => listener.onConnection(resolve));
    const attempt = new AbortController();
    const { stream } = await dialTcp(listener.local, { signal: attempt.signal });
    attempt.abort();
    stream.end("still here");
    expect(Buffer.concat(await (await accepted).stream.toArray()).toString()).toBe("still here");
    await expect(dialTcp(listener.local, { signal: attempt.signal })).rejects.toMatchObject({ code: "ERR_NO_PATH" });
  });
});

describe("a listener", () => {
  test("keeps a few connections until somebody takes them", async () => {
    const listener = await listen();
    const sockets: Socket[] = [];
    for (let i = 0; i < MAX_UNTAKEN + 1; i++) {
      const socket = connect(listener.local.port, "127.0.0.1");
      socket.on("error", () => {});
      await once(socket, "connect");
      sockets.push(socket);
    }
    await once(sockets.at(-1) ?? listenerMissing(), "close");
    const taken: IceConnection[] = [];
    listener.onConnection((connection) => taken.push(connection));
    expect(taken.length).toBe(MAX_UNTAKEN);
    for (const { stream } of taken) stream.destroy();
  });

  test("says when its port is taken", async () => {
    const { port } = (await listen()).local;
    await expect(listen({ family: 4, address: "127.0.0.1", port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});

describe("the addresses of this machine", () => {
  test("leave out those that are tentative, deprecated or in use elsewhere", () => {
    const line = (last: string, flags: string) => `20010db800000000000000000000000${last} 02 40 00 ${flags}     eth0\n`;
    const list = [line("1", "80"), line("2", "c0"), line("3", "a0"), line("4", "88"), "nonsense\n", "zz 1 2 3 40\n"];
    expect([...parseAddressList(list.join(""))]).toEqual(["2001:db8::2", "2001:db8::3", "2001:db8::4"]);
    expect(parseAddressList("").size).toBe(0);
  });

  test("have no loopback and no link-local ones among them, unless asked for", async () => {
    for (const family of [4, 6] as const) {
      const addresses = await interfaceAddresses(family);
      expect(addresses.length).toBeLessThanOrEqual(MAX_ADDRESSES_PER_FAMILY);
      for (const address of addresses) {
        expect(isIP(address)).toBe(family);
        expect(address).not.toMatch(/^(127\.|169\.254\.|::1$|fe80:)/);
      }
    }
    expect(await interfaceAddresses(4, { includeLoopback: true })).toContain("127.0.0.1");
  });

  test("are offered in pairs: one that accepts, one that dials", async () => {
    const { found, failures } = await gather(new TcpHostSource({ includeLoopback: true }));
    expect(failures).toEqual([]);
    expect(found.length % 2).toBe(0);
    for (let i = 0; i < found.length; i += 2) {
      const [passive, active] = [found[i], found[i + 1]];
      expect([passive?.tcpType, active?.tcpType]).toEqual(["passive", "active"]);
      expect(passive?.address.address).toBe(active?.address.address);
      expect(active?.address.port).toBe(9);
      expect(passive?.base.local.port).toBe(passive?.address.port);
    }
  });
});

describe("a candidate for simultaneous open", () => {
  test("is the public address with the port that connections leave from", async () => {
    const seen = ["2001:db8::7", "203.0.113.7"].flatMap((host) => SockAddr.fromHost(host, 0) ?? []);
    const { found, failures } = await gather(new TcpPunchSource(() => seen, { includeLoopback: true }));
    expect(failures).toEqual([]);
    const candidate = found.find(({ address }) => address.family === 4);
    const own = await interfaceAddresses(4, { includeLoopback: true });
    expect(candidate?.tcpType).toBe("so");
    expect(["203.0.113.7", ...own]).toContain(candidate?.address.address);
    expect(candidate?.type).toBe(candidate?.address.address === "203.0.113.7" ? "srflx" : "host");
    expect(candidate?.address.port).toBe(candidate?.base.local.port);

    const listener = await listen({ family: 4 });
    const accepted = new Promise<IceConnection>((resolve) => listener.onConnection(resolve));
    if (candidate?.base.kind !== "stream" || candidate.base.open === undefined) throw new Error("it can't dial");
    const to = { address: candidate.base.local.address, port: listener.local.port, family: 4 } as const;
    const { stream } = await candidate.base.open(to, abort.signal);
    expect((await accepted).remote.port).toBe(candidate.address.port);
    stream.destroy();
  });

  test("is none where nobody knows a public address", async () => {
    const { found } = await gather(new TcpPunchSource(() => []));
    for (const { type } of found) expect(type).toBe("host");
  });
});

function listenerMissing(): never {
  throw new Error("no socket");
}
