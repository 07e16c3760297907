import { describe, expect, test } from "vitest";
import { type IceDescription, type IceRole, parseDescription } from "../../src/ice/index.ts";
import { Router, SimulatedNet } from "./simulated-net.ts";
import { addressOf, settle, TestPeer } from "./test-peer.ts";

/** A caller and the one it calls, which begins when it has the offer; the caller when it has the answer. */
function call(net: SimulatedNet, caller: TestPeer, called: TestPeer, signallingMs = 100): void {
  called.start(caller.description);
  net.scheduler.advance(signallingMs);
  caller.start(called.description);
  settle(net, caller, called);
}

function pairOfHosts(net: SimulatedNet, roles: readonly [IceRole, IceRole] = ["controlled", "controlling"]) {
  const caller = new TestPeer(net, roles[0]).host("192.0.2.1");
  const called = new TestPeer(net, roles[1]).host("192.0.2.2");
  return { caller, called };
}

describe("two agents", () => {
  test("select the same connection, and know which side controls", () => {
    const net = new SimulatedNet();
    const { caller, called } = pairOfHosts(net);
    call(net, caller, called);
    expect(caller.selected?.pair.remote.address.address).toBe("192.0.2.2");
    expect(called.selected?.pair.remote.address.address).toBe("192.0.2.1");
    expect([caller.agent.role, called.agent.role]).toEqual(["controlled", "controlling"]);
    const flows = [caller.selected?.flow, called.selected?.flow];
    expect(flows.map((flow) => flow?.remote.address)).toEqual(["192.0.2.2", "192.0.2.1"]);
  });

  test("answer each other's questions for the life of the connection, the latest for all before", () => {
    const net = new SimulatedNet();
    const { caller, called } = pairOfHosts(net);
    const answered: string[] = [];
    caller.agent.ask(() => answered.push("before there was a path"));
    call(net, caller, called);
    net.scheduler.advance(60_000);
    caller.agent.ask(() => answered.push("first"));
    settle(net, caller, called);
    caller.agent.ask(() => answered.push("second"));
    called.agent.ask(() => answered.push("theirs"));
    net.scheduler.advance(1000);
    expect(answered.toSorted()).toEqual(["first", "second", "theirs"]);
    called.agent.close();
    caller.agent.ask(() => answered.push("after the end"));
    net.scheduler.advance(60_000);
    expect(answered.length).toBe(3);
  });

  test("agree within three round trips when nothing better is awaited", () => {
    const net = new SimulatedNet({ delayMs: 40 });
    const { caller, called } = pairOfHosts(net);
    call(net, caller, called, 0);
    expect(caller.selected?.time).toBeLessThanOrEqual(3 * 80);
    expect(called.selected?.time).toBeLessThanOrEqual(3 * 80);
  });

  test("check IPv4 and IPv6 side by side", () => {
    const net = new SimulatedNet();
    net.silent.add("192.0.2.1").add("192.0.2.2");
    const caller = new TestPeer(net, "controlled").host("192.0.2.1").host("2001:db8::1");
    const called = new TestPeer(net, "controlling").host("192.0.2.2").host("2001:db8::2");
    call(net, caller, called);
    expect(caller.selected?.flow.remote.family).toBe(6);
    expect(caller.selected?.time).toBeLessThan(500);
  });

  test("dial each address of the other side once, however many of their own they offer", () => {
    const net = new SimulatedNet();
    net.silent.add("192.0.2.2");
    const caller = new TestPeer(net, "controlled").host("192.0.2.1").host("198.51.100.1");
    const called = new TestPeer(net, "controlling").host("192.0.2.2", { isListening: false });
    caller.start(called.description);
    settle(net, caller);
    expect(net.dialled).toEqual(["192.0.2.2:5000"]);
  });

  test("answer checks that come before the description does", () => {
    const net = new SimulatedNet();
    const { caller, called } = pairOfHosts(net);
    call(net, caller, called, 3000);
    expect(caller.selected?.time).toBeLessThan(3200);
    expect(called.selected).toBeDefined();
  });

  test.each([
    ["controlled", 1],
    ["controlled", 2],
    ["controlling", 1],
    ["controlling", 2],
  ] as const)("that both begin as %s end with different roles (seed %i)", (role, seed) => {
    const net = new SimulatedNet({ seed });
    const { caller, called } = pairOfHosts(net, [role, role]);
    call(net, caller, called, 0);
    expect(caller.selected).toBeDefined();
    expect(called.selected).toBeDefined();
    expect([caller.agent.role, called.agent.role].toSorted()).toEqual(["controlled", "controlling"]);
  });

  test("survive 64 bogus candidates on each side", () => {
    const net = new SimulatedNet();
    for (let i = 1; i <= 64; i++) net.silent.add(`198.51.100.${i}`);
    const { caller, called } = pairOfHosts(net);
    const bogus = Array.from(
      { length: 64 },
      (_, i) => `B${i} 1 TCP 2130706${i + 100} 198.51.100.${i + 1} 1 typ host tcptype passive\n`,
    );
    const spoilt = ({ candidates, ...rest }: IceDescription): IceDescription => {
      const added = parseDescription(`a\nb\n${bogus.join("")}`)?.candidates ?? [];
      return { ...rest, candidates: [...candidates, ...added] };
    };
    called.start(caller.description, spoilt);
    caller.start(called.description, spoilt);
    settle(net, caller, called);
    expect(caller.selected?.flow.remote.address).toBe("192.0.2.2");
    expect(called.selected?.flow.remote.address).toBe("192.0.2.1");
  });

  test("prefer the direct way when the relayed one is a little faster", () => {
    const net = new SimulatedNet();
    const caller = new TestPeer(net, "controlled").host("192.0.2.1", { isListening: false }).relay("203.0.113.9");
    const called = new TestPeer(net, "controlling").host("192.0.2.2", { isListening: false });
    const [a, b] = [new Router("11.0.0.1"), new Router("11.0.0.2")];
    caller.udp("10.0.0.1", a);
    called.udp("10.0.0.2", b);
    call(net, caller, called, 60);
    expect(caller.selected?.pair.isRelayed).toBe(false);
    expect(called.selected?.pair.isRelayed).toBe(false);
  });

  test("take the relay when nothing else works", () => {
    const net = new SimulatedNet();
    net.silent.add("192.0.2.1").add("192.0.2.2");
    const caller = new TestPeer(net, "controlled").host("192.0.2.1").relay("203.0.113.9");
    const called = new TestPeer(net, "controlling").host("192.0.2.2");
    call(net, caller, called);
    expect(caller.selected?.pair.local.type).toBe("relay");
    expect(called.selected?.pair.remote.type).toBe("relay");
    expect(called.selected?.time).toBeLessThan(600);
  });

  test("wait for a direct way one round trip more when a relay works", () => {
    const net = new SimulatedNet({ delayMs: 60 });
    net.silent.add("192.0.2.1").add("192.0.2.2");
    const caller = new TestPeer(net, "controlled").host("192.0.2.1").relay("203.0.113.9");
    const called = new TestPeer(net, "controlling").host("192.0.2.2");
    call(net, caller, called, 0);
    const roundTripMs = 120;
    const roundTrips = ["dial", "check", "wait"].length;
    const untilAnsweredMs = 50;
    expect(called.selected?.time).toBe(untilAnsweredMs + roundTrips * roundTripMs);
    expect(caller.selected?.time).toBe(untilAnsweredMs + (roundTrips + 1 / 2) * roundTripMs);
  });

  test("dial a relay again that does not let them in yet", () => {
    const net = new SimulatedNet();
    const caller = new TestPeer(net, "controlled").host("192.0.2.1", { isListening: false });
    const called = new TestPeer(net, "controlling").host("192.0.2.2", { isListening: false });
    const offer = `${caller.description}R1 1 TCP 16777215 203.0.113.9 6000 typ relay tcptype passive\n`;
    called.start(offer);
    net.scheduler.advance(3000);
    caller.relay("203.0.113.9");
    caller.start(called.description);
    settle(net, caller, called);
    expect(called.selected?.pair.isRelayed).toBe(true);
    expect(net.dialled.filter((address) => address === "203.0.113.9:6000").length).toBeGreaterThan(5);
  });

  test("meet by dialling each other through routers that let nobody in", () => {
    const net = new SimulatedNet({ delayMs: 80 });
    net.silent.add("11.0.0.1").add("11.0.0.2");
    const caller = new TestPeer(net, "controlled").punching("11.0.0.1");
    const called = new TestPeer(net, "controlling").punching("11.0.0.2");
    call(net, caller, called, 0);
    expect(caller.selected?.pair.local.tcpType).toBe("so");
    expect(called.selected?.flow.remote.address).toBe("11.0.0.1");
    // A round trip to connect, one to check and to agree, and half of one until both know.
    expect(Math.max(caller.selected?.time ?? 0, called.selected?.time ?? 0)).toBeLessThanOrEqual(2.5 * 160);
  });

  test("go on with another pair when the proposed one breaks", () => {
    const net = new SimulatedNet();
    const caller = new TestPeer(net, "controlled").host("192.0.2.1").host("2001:db8::1");
    const called = new TestPeer(net, "controlling").host("192.0.2.2").host("2001:db8::2");
    called.start(caller.description);
    caller.start(called.description);
    while (called.connections.size === 0 && net.scheduler.step());
    const [broken] = called.connections;
    if (broken) net.breakFlow(broken);
    settle(net, caller, called);
    expect(broken).toBeDefined();
    expect(called.selected?.flow).not.toBe(broken);
    expect(caller.selected).toBeDefined();
  });
});

describe("over UDP, two agents", () => {
  test.each([0, 0.1, 0.3])("punch holes through port-restricted routers with %d of the datagrams lost", (loss) => {
    for (let seed = 1; seed <= 20; seed++) {
      const net = new SimulatedNet({ seed, loss, delayMs: 40 });
      const caller = new TestPeer(net, "controlled").udp("10.0.0.1", new Router("11.0.0.1"));
      const called = new TestPeer(net, "controlling").udp("10.0.0.2", new Router("11.0.0.2"));
      call(net, caller, called, 200);
      expect(caller.selected?.pair.local.transport).toBe("udp");
      expect(caller.selected?.flow.remote).toEqual(addressOf("11.0.0.2", 7000));
      expect(called.selected?.flow.remote).toEqual(addressOf("11.0.0.1", 7000));
    }
  });

  test("learn the port of a symmetric router from its first datagram", () => {
    const net = new SimulatedNet();
    const caller = new TestPeer(net, "controlled").udp("10.0.0.1", new Router("11.0.0.1", { isSymmetric: true }));
    const called = new TestPeer(net, "controlling").udp("192.0.2.2");
    call(net, caller, called);
    expect(called.selected?.pair.remote.type).toBe("prflx");
    expect(called.selected?.flow.remote.address).toBe("11.0.0.1");
    expect(caller.selected).toBeDefined();
  });

  test("repeat what a router has kept out as soon as the other side shows that it sends, too, before a relay wins", () => {
    const net = new SimulatedNet();
    const open = new Router("11.0.0.1", { restrictsPorts: false });
    const caller = new TestPeer(net, "controlled").udp("10.0.0.1", open).relay("203.0.113.9").host("192.0.2.1");
    const strict = new Router("11.0.0.2", { isSymmetric: true });
    const called = new TestPeer(net, "controlling").udp("10.0.0.2", strict, { guesses: true }).host("192.0.2.2");
    net.silent.add("192.0.2.1").add("192.0.2.2");
    call(net, caller, called);
    expect(called.selected?.pair.local.transport).toBe("udp");
    expect(caller.selected?.pair.remote.type).toBe("prflx");
  });

  test("use TCP where both meet through routers, though it takes a little longer", () => {
    const net = new SimulatedNet({ delayMs: 80 });
    net.silent.add("11.0.1.1").add("11.0.1.2");
    const caller = new TestPeer(net, "controlled").punching("11.0.1.1").udp("10.0.0.1", new Router("11.0.0.1"));
    const called = new TestPeer(net, "controlling").punching("11.0.1.2").udp("10.0.0.2", new Router("11.0.0.2"));
    call(net, caller, called, 150);
    expect(caller.selected?.pair.local.transport).toBe("tcp");
    expect(called.selected?.pair.local.transport).toBe("tcp");
  });

  test("use TCP where both work", () => {
    const net = new SimulatedNet();
    const caller = new TestPeer(net, "controlled").host("192.0.2.1").udp("192.0.2.1");
    const called = new TestPeer(net, "controlling").host("192.0.2.2").udp("192.0.2.2");
    call(net, caller, called);
    expect(caller.selected?.pair.local.transport).toBe("tcp");
    expect(called.selected?.pair.local.transport).toBe("tcp");
  });
});

describe("two agents without a way", () => {
  test.each([
    ["refuse", false],
    ["keep silent", true],
  ])("fail within ten seconds where all addresses %s", (_, isSilent) => {
    const net = new SimulatedNet();
    if (isSilent) net.silent.add("192.0.2.1").add("192.0.2.2");
    const caller = new TestPeer(net, "controlled").host("192.0.2.1", { isListening: false });
    const called = new TestPeer(net, "controlling").host("192.0.2.2", { isListening: false });
    call(net, caller, called, 0);
    for (const { failure, selected } of [caller, called]) {
      expect(selected).toBeUndefined();
      expect(failure?.error.code).toBe("ERR_NO_PATH");
      expect(failure?.error.hint).toContain("Offered here: host TCP IPv4; there: host TCP IPv4. No relay was tried");
      expect(failure?.time).toBeLessThanOrEqual(10_000);
      expect(failure?.time).toBeGreaterThan(4000);
    }
    expect(net.scheduler.pending).toBe(0);
  });

  test("fail over UDP when both routers are symmetric", () => {
    const net = new SimulatedNet();
    const caller = new TestPeer(net, "controlled").udp("10.0.0.1", new Router("11.0.0.1", { isSymmetric: true }));
    const called = new TestPeer(net, "controlling").udp("10.0.0.2", new Router("11.0.0.2", { isSymmetric: true }));
    call(net, caller, called);
    expect(caller.failure?.time).toBeLessThanOrEqual(10_000);
    expect(called.failure?.time).toBeLessThanOrEqual(10_000);
    net.scheduler.advance(60_000);
    expect(net.scheduler.pending).toBe(0);
  });

  test.each([
    ["no candidate", ""],
    ["active candidates only", "H1 1 TCP 2130706175 192.0.2.2 9 typ host tcptype active\n"],
    ["another family only", "H1 1 TCP 2130706175 2001:db8::2 5000 typ host tcptype passive\n"],
    ["another component only", "H1 2 TCP 2130706175 192.0.2.2 5000 typ host tcptype passive\n"],
    ["lower-case tcp only", "H1 1 tcp 2130706175 192.0.2.2 5000 typ host tcptype passive\n"],
  ])("fail at once with %s", (_, lines) => {
    const net = new SimulatedNet();
    const peer = new TestPeer(net, "controlled").host("192.0.2.1");
    peer.start(`abcd\n0123456789abcdef01234567\n${lines}`);
    expect(peer.failure).toMatchObject({ time: 0, error: { code: "ERR_NO_PATH" } });
  });

  test("wait when a relay of ours may be reached", () => {
    const net = new SimulatedNet();
    const peer = new TestPeer(net, "controlled").host("192.0.2.1").relay("2001:db8::9");
    peer.start("abcd\n0123456789abcdef01234567\nH1 1 TCP 2130706175 2001:db8::2 5000 typ host tcptype passive\n");
    expect(peer.failure).toBeUndefined();
    settle(net, peer);
    expect(peer.failure?.time).toBeLessThanOrEqual(10_000);
  });
});
