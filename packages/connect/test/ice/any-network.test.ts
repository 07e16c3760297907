import { expect, test } from "vitest";
import { randomBelow } from "../../../dht/src/random/index.ts";
import type { IceRole } from "../../src/ice/index.ts";
import { Router, SimulatedNet } from "./simulated-net.ts";
import { settle, TestPeer } from "./test-peer.ts";

const RUNS = 2000;

/** A peer with any of the kinds of candidates, some of which nobody can reach. */
function anyPeer(net: SimulatedNet, role: IceRole, n: 1 | 2): TestPeer {
  const chance = (percent: number) => randomBelow(net.random, 100) < percent;
  const peer = new TestPeer(net, role);
  const hosts = [`192.0.2.${n}`, `2001:db8::${n}`, `198.51.100.${n}`].filter(() => chance(60));
  for (const host of hosts) {
    if (chance(40)) net.silent.add(host);
    peer.host(host, { isListening: chance(70) });
  }
  if (chance(30)) {
    net.silent.add(`11.0.1.${n}`);
    peer.punching(`11.0.1.${n}`);
  }
  if (chance(40))
    peer.udp(`10.0.0.${n}`, chance(70) ? new Router(`11.0.0.${n}`, { isSymmetric: chance(30) }) : undefined);
  if (chance(30)) peer.relay(`203.0.113.${n}`);
  return peer;
}

test(`two sides agree on the same way or both fail, in ${RUNS} networks of any kind, with loss and delay`, () => {
  const outcomes = { tcp: 0, udp: 0, relayed: 0, failed: 0 };
  for (let seed = 1; seed <= RUNS; seed++) {
    const net = new SimulatedNet({ seed, delayMs: 1 + (seed % 150), loss: (seed % 4) * 0.05 });
    const roles: readonly IceRole[] = ["controlled", "controlling"];
    const [first, second] = [
      roles[seed % 3 === 0 ? 1 : 0] ?? "controlled",
      roles[seed % 5 === 0 ? 0 : 1] ?? "controlling",
    ];
    const caller = anyPeer(net, first, 1);
    const called = anyPeer(net, second, 2);
    called.start(caller.description);
    net.scheduler.advance(randomBelow(net.random, 1500));
    caller.start(called.description);
    settle(net, caller, called);
    const what = `seed ${seed}: ${caller.failure?.error.message} / ${called.failure?.error.message}`;
    const [a, b] = [caller.selected, called.selected];
    expect(a === undefined, what).toBe(b === undefined);
    if (a === undefined || b === undefined) {
      outcomes.failed++;
      for (const { failure } of [caller, called]) expect(failure?.time, what).toBeLessThanOrEqual(11_500);
      net.scheduler.advance(1000);
      expect(net.scheduler.pending, what).toBe(0);
      continue;
    }
    expect(a.pair.local.transport, what).toBe(b.pair.local.transport);
    if (a.pair.local.transport === "tcp") expect(net.areEnds(a.flow, b.flow), what).toBe(true);
    expect([caller.agent.role, called.agent.role].toSorted(), what).toEqual(["controlled", "controlling"]);
    outcomes[a.pair.isRelayed || b.pair.isRelayed ? "relayed" : a.pair.local.transport]++;
  }
  for (const count of Object.values(outcomes)) expect(count).toBeGreaterThan(RUNS / 30);
});
