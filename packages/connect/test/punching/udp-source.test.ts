import { silentLogger } from "@hashmere/dht";
import { expect, test } from "vitest";
import { SeededRandom } from "../../../dht/src/random/index.ts";
import { parseDescription } from "../../src/ice/index.ts";
import {
  loadUdx,
  NAT_EXTENSION,
  natMapping,
  PunchingSocket,
  planPunching,
  RouterMemory,
  SCATTER_SOCKETS,
  SEARCH_PORTS,
  UdpSource,
} from "../../src/punching/index.ts";
import { IceSession } from "../../src/session/index.ts";
import { VirtualTime } from "../support/virtual-time.ts";
import { type RouterKind, SimulatedInternet } from "./simulated-internet.ts";

const A = "11.0.0.1";
const B = "11.0.0.2";

/** Two machines behind such routers, with nothing but UDP, connect; rejects when they cannot. */
async function connect(kindA: RouterKind, kindB: RouterKind, seed: number) {
  const scheduler = new VirtualTime();
  const internet = new SimulatedInternet(scheduler);
  const end = new AbortController();
  const session = (outside: string, kind: RouterKind, role: "controlled" | "controlling") => {
    const random = new SeededRandom(seed + outside.length + Number(outside.at(-1)));
    const udx = Promise.resolve(internet.machine(outside, kind));
    const source = new UdpSource({ publicHosts: () => [outside], scheduler, random, udx, includeLoopback: true });
    return new IceSession({ role, sources: [source], signal: end.signal, scheduler, random, log: silentLogger });
  };
  const [caller, called] = [session(A, kindA, "controlled"), session(B, kindB, "controlling")];
  // Looking up the addresses of this machine takes real time, and none of the scheduler's.
  const [offer, answer] = await Promise.all([caller.gather(), called.gather()]);
  const started = scheduler.now();
  try {
    const both = Promise.all([caller.connect(answer), called.connect(offer)]);
    const [{ path }] = await scheduler.until(both);
    return { path, tookMs: scheduler.now() - started, datagrams: internet.datagrams, offer };
  } finally {
    end.abort();
  }
}

test("two routers that keep ports let both through at once", async () => {
  const { path, tookMs, datagrams } = await connect("keeps ports", "keeps ports", 1);
  expect(path).toMatchObject({ transport: "udp", relayed: false });
  expect(tookMs).toBeLessThan(500);
  expect(datagrams).toBeLessThan(100); // nobody scattered or searched
});

test.each([
  ["keeps ports", "random ports"],
  ["random ports", "keeps ports"],
  ["draws one port", "keeps ports"],
  ["keeps ports", "draws one port"],
] as const)("many ports meet many guesses: %s and %s", async (kindA, kindB) => {
  for (const seed of [1, 2, 3]) {
    const { path, datagrams } = await connect(kindA, kindB, seed);
    expect(path.transport).toBe("udp");
    expect(datagrams).toBeLessThan(2 * (SEARCH_PORTS + 20 * SCATTER_SOCKETS));
  }
});

test("two routers with random ports are given up in bounded time, with a bounded number of datagrams", async () => {
  await expect(connect("random ports", "random ports", 1)).rejects.toMatchObject({ code: "ERR_NO_PATH" });
});

test("the outside is offered with what is known of its ports", async () => {
  const { offer } = await connect("keeps ports", "keeps ports", 1);
  const outside = parseDescription(offer)?.candidates.find(({ type }) => type === "srflx");
  expect(outside).toMatchObject({ transport: "udp", address: { address: A, family: 4 } });
  expect(outside?.extensions.get(NAT_EXTENSION)).toBe("unknown");
});

test("what is known of the router is offered without asking anybody once more", async () => {
  const memory = new RouterMemory();
  memory.learn(5000, [{ address: A, port: 5000, family: 4 }]);
  const stunServers = () => new Promise<never>(() => {});
  const internet = new SimulatedInternet(new VirtualTime());
  const udx = Promise.resolve(internet.machine(A, "keeps ports"));
  const source = new UdpSource({ publicHosts: () => [], stunServers, memory, udx, includeLoopback: true });
  const session = new IceSession({ role: "controlled", sources: [source], signal: new AbortController().signal });
  const { candidates = [] } = parseDescription(await session.gather()) ?? {};
  session.close();
  const [inside, outside] = [candidates[0], candidates.find(({ type }) => type === "srflx")];
  expect(outside?.address).toEqual({ address: A, port: inside?.address.port, family: 4 });
  expect(outside?.extensions.get(NAT_EXTENSION)).toBe("stable");
});

test("a router is known to keep ports as long as every server sees it so, and in the same network", () => {
  const memory = new RouterMemory();
  const at = (port: number, address = A) => ({ address, port, family: 4 }) as const;
  expect(memory.outsideOf(1)).toBeUndefined();
  memory.learn(5000, [at(5000), at(5000)]);
  memory.learn(5000, []); // nobody has answered
  expect(memory.outsideOf(6000)).toEqual(at(6000));
  memory.learn(5000, [at(5000), at(5001)]);
  expect(memory.outsideOf(6000)).toBeUndefined();
  memory.learn(5000, [at(5000)]);
  memory.forget();
  expect(memory.outsideOf(6000)).toBeUndefined();
});

test("what STUN servers saw tells how a router draws ports", () => {
  const at = (port: number, address = A) => ({ address, port, family: 4 }) as const;
  expect(natMapping(5000, [])).toBe("unknown");
  expect(natMapping(5000, [at(5000)])).toBe("stable");
  expect(natMapping(5000, [at(6000)])).toBe("unknown");
  expect(natMapping(5000, [at(6000), at(6000)])).toBe("stable");
  expect(natMapping(5000, [at(6000), at(6001)])).toBe("random");
  expect(natMapping(5000, [at(6000), at(6000, B)])).toBe("random");
});

test("who has random ports scatters, who has a stable one searches", () => {
  expect(planPunching("stable", "stable")).toEqual({ scatters: false, searches: false });
  expect(planPunching("random", "stable")).toEqual({ scatters: true, searches: false });
  expect(planPunching("stable", "random")).toEqual({ scatters: false, searches: true });
  expect(planPunching("unknown", "unknown")).toEqual({ scatters: true, searches: true });
  expect(planPunching("random", "random")).toEqual({ scatters: false, searches: false });
});

test("a stream over real UDP carries all bytes in order, and ends", async () => {
  const udx = await loadUdx();
  if (!udx) return expect(process.platform).not.toBe("linux");
  const [a, b] = [PunchingSocket.open(udx, 4), PunchingSocket.open(udx, 4)];
  const at = ({ local }: PunchingSocket) => ({ address: "127.0.0.1", port: local.port, family: 4 }) as const;
  const [out, into] = [a.connect(at(b), { local: 1, remote: 2 }), b.connect(at(a), { local: 2, remote: 1 })];
  const sent = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 7) & 0xff));
  out.end(sent);
  const received = Buffer.concat(await Array.fromAsync<Buffer>(into));
  expect(received.equals(sent)).toBe(true);
  a.close();
  b.close();
});

test("without the native library there are no UDP candidates, and a reason", async () => {
  const failures: Error[] = [];
  await new UdpSource({ publicHosts: () => [], udx: Promise.resolve(undefined) }).gather({
    signal: new AbortController().signal,
    log: silentLogger,
    remote: new Promise(() => undefined),
    add: () => expect.unreachable(),
    failed: (reason) => failures.push(reason),
  });
  expect(failures[0]?.message).toContain("udx-native");
});
