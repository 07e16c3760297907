import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SeededRandom } from "../../../dht/src/random/index.ts";
import { parseCandidate } from "../../src/ice/candidate-text.ts";
import {
  type Candidate,
  formatDescription,
  type LocalCandidate,
  MAX_CANDIDATES,
  offerCandidates,
  parseDescription,
  randomCredentials,
} from "../../src/ice/index.ts";
import { comparePriorities, pairPriority } from "../../src/ice/priority.ts";
import { CAPTURED } from "../stun/captured.ts";
import { addressOf } from "./test-peer.ts";

const TEXTS = [...CAPTURED.signalling.request, ...CAPTURED.signalling.answer].map(({ decoded }) => decoded.ice_msg);

describe("the descriptions of real peers", () => {
  test.each(TEXTS)("are read, and written again byte for byte: %.8s", (text) => {
    const description = parseDescription(text);
    expect(description && formatDescription(description)).toBe(text);
    expect(description?.candidates.length).toBe(text.trim().split("\n").length - 2);
  });

  test("are what we make of the same addresses", () => {
    const [text = ""] = TEXTS;
    const bases = new Map<number, LocalCandidate["base"]>();
    const baseOf = (family: 4 | 6) => {
      const base = bases.get(family) ?? {
        kind: "stream",
        local: addressOf(family === 4 ? "10.77.0.1" : "::", 1),
        close: () => {},
      };
      bases.set(family, base);
      return base;
    };
    const host = (address: string, port: number, tcpType: "active" | "passive"): LocalCandidate => {
      const at = addressOf(address, port);
      return { transport: "tcp", type: "host", tcpType, address: at, base: baseOf(at.family) };
    };
    const offered = offerCandidates([
      { ...host("10.77.0.1", 9, "active"), type: "srflx" },
      host("fd77::1", 40259, "passive"),
      host("fd77::1", 9, "active"),
      host("10.77.0.1", 38315, "passive"),
      host("10.77.0.1", 9, "active"),
    ]);
    const [ufrag = "", pwd = ""] = text.split("\n");
    expect(formatDescription({ ufrag, pwd, candidates: offered })).toBe(text);
  });
});

describe("a description", () => {
  const HEAD = "abcd\n0123456789abcdef01234567\n";
  const LINE = "H1 1 TCP 2130706431 192.0.2.1 5000 typ host tcptype passive";
  const one = (line: string): Candidate | undefined => parseDescription(`${HEAD}${line}\n`)?.candidates[0];

  test.each([
    ["carriage returns", `${HEAD}${LINE}\n`.replaceAll("\n", "\r\n")],
    ["no last line end", `${HEAD}${LINE}`],
    ["empty lines", `${HEAD}\n\n${LINE}\n\n`],
    ["tabs and more spaces", `${HEAD}  ${LINE.replaceAll(" ", " \t ")}  \n`],
    ["lines that are no candidates", `${HEAD}hello\n${LINE}\nH1 1 TCP 1 nowhere 1 typ host tcptype passive\n`],
  ])("with %s is read", (_, text) => {
    expect(parseDescription(text)?.candidates).toEqual([one(LINE)]);
  });

  test("keeps a prefix as part of the foundation", () => {
    expect(one(`a=candidate:${LINE}`)?.foundation).toBe("a=candidate:H1");
  });

  test("takes for UDP what is not exactly TCP, and keeps words that it doesn't know", () => {
    expect(one("H1u 1 UDP 1 192.0.2.1 5000 typ host x-nat random x-probe 5")).toMatchObject({
      transport: "udp",
      extensions: new Map([
        ["x-nat", "random"],
        ["x-probe", "5"],
      ]),
    });
    expect(one(LINE.replace("TCP", "tcp"))?.transport).toBe("udp");
    expect(one(`${LINE} generation 0`)?.extensions).toEqual(new Map([["generation", "0"]]));
  });

  test.each([
    ["too few words", "H1 1 TCP 1 192.0.2.1 5000 typ"],
    ["no typ", LINE.replace("typ", "type")],
    ["an unknown type", LINE.replace("host", "home")],
    ["an unknown TCP type", LINE.replace("passive", "lazy")],
    ["TCP without a type", "H1 1 TCP 1 192.0.2.1 5000 typ host"],
    ["a name for an address", LINE.replace("192.0.2.1", "example.org")],
    ["a port above 65535", LINE.replace("5000", "65536")],
    ["a negative port", LINE.replace("5000", "-1")],
    ["a priority above 32 bits", LINE.replace("2130706431", "4294967296")],
    ["a foundation of 32 letters", LINE.replace("H1", "H".repeat(32))],
    ["a transport of 12 letters", LINE.replace("TCP", "T".repeat(12))],
    ["an address of 80 letters", LINE.replace("192.0.2.1", "1".repeat(80))],
  ])("leaves out a line with %s", (_, line) => expect(one(line)).toBeUndefined());

  test.each(["", "\n", "abcd", "abcd\n\n", `${"a".repeat(257)}\npassword\n`, "a b\npassword\n"])(
    "without credentials is none: %j",
    (text) => expect(parseDescription(text)).toBeUndefined(),
  );

  test("of too many candidates keeps eight hosts, four relays and others, in order, up to 31", () => {
    const line = (type: string, n: number) => `X${n} 1 TCP ${n} 192.0.2.1 ${n + 1} typ ${type} tcptype passive\n`;
    const types = ["host", "relay", "srflx"].flatMap((type) => Array.from({ length: 30 }, (_, n) => line(type, n)));
    const kept = parseDescription(HEAD + types.join(""))?.candidates ?? [];
    const count = (type: string) => kept.filter((candidate) => candidate.type === type).length;
    expect([kept.length, count("host"), count("relay"), count("srflx")]).toEqual([MAX_CANDIDATES, 8, 4, 19]);
    expect(kept[0]?.foundation).toBe("X0");
    const hosts = Array.from({ length: 31 }, (_, n) => line("host", n));
    expect(parseDescription(HEAD + hosts.join(""))?.candidates.length).toBe(31);
  });

  test("never makes the reader fail, and what is read can be written and read again", () => {
    const word = fc.oneof(
      fc.constantFrom("1", "TCP", "UDP", "typ", "host", "srflx", "relay", "tcptype", "active", "passive", "so", "::1"),
      fc.constantFrom("192.0.2.1", "2130706431", "9", "H1", "fe80::1%eth0", "::ffff:192.0.2.1", "-1", "1e3", "0x10"),
      fc.string({ maxLength: 90 }),
    );
    const line = fc.array(word, { maxLength: 16 }).map((words) => words.join(" "));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        const description = parseDescription(`${HEAD}${lines.join("\n")}`);
        expect(description?.candidates.length).toBeLessThanOrEqual(MAX_CANDIDATES);
        if (description) expect(parseDescription(formatDescription(description))).toEqual(description);
      }),
    );
  });

  test("comes back as it was written, whatever its candidates", () => {
    const candidate: fc.Arbitrary<Candidate> = fc
      .record({
        foundation: fc.stringMatching(/^[A-Za-z0-9+/]{1,31}$/),
        component: fc.nat(256),
        priority: fc.nat(2 ** 31 - 1),
        address: fc.tuple(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(65535)).map(([host, port]) => addressOf(host, port)),
        type: fc.constantFrom("host", "srflx", "prflx", "relay"),
        extensions: fc
          .array(fc.tuple(fc.stringMatching(/^x-[a-z]{1,9}$/), fc.stringMatching(/^[a-z0-9]{1,9}$/)), { maxLength: 4 })
          .map((entries) => new Map(entries)),
      })
      .chain((common) =>
        fc
          .constantFrom<Pick<Candidate, "transport" | "tcpType">>(
            { transport: "udp" },
            { transport: "tcp", tcpType: "active" },
            { transport: "tcp", tcpType: "passive" },
            { transport: "tcp", tcpType: "so" },
          )
          .map((kind) => ({ ...common, ...kind })),
      );
    fc.assert(
      fc.property(fc.array(candidate, { maxLength: MAX_CANDIDATES }), (candidates) => {
        const description = { ufrag: "abcd", pwd: "0123456789abcdef01234567", candidates };
        expect(parseDescription(formatDescription(description))).toEqual(description);
      }),
    );
  });
});

describe("our candidates", () => {
  const base: LocalCandidate["base"] = { kind: "stream", local: addressOf("192.0.2.1", 5000), close: () => {} };
  const local = (transport: "tcp" | "udp", type: LocalCandidate["type"], address: string): LocalCandidate => ({
    transport,
    type,
    tcpType: transport === "tcp" ? "passive" : undefined,
    address: addressOf(address, 5000),
    base,
  });

  test("of TCP come before those of UDP, and rank above them", () => {
    const found = [
      local("udp", "host", "192.0.2.1"),
      local("tcp", "relay", "203.0.113.1"),
      local("tcp", "host", "192.0.2.1"),
    ];
    const offered = offerCandidates(found);
    expect(offered.map(({ transport, type }) => `${transport} ${type}`)).toEqual(["tcp host", "tcp relay", "udp host"]);
    const [tcp, relay, udp] = offered.map(({ priority }) => priority);
    expect([tcp, relay]).toEqual([2130706431, 16777215]);
    expect(udp).toBeGreaterThan(relay ?? 0);
    expect(udp).toBeLessThan(tcp ?? 0);
  });

  test("are at most as many as DHTNet reads, and those of UDP are the first to go", () => {
    const found = Array.from({ length: 40 }, (_, n) => local(n < 20 ? "udp" : "tcp", "srflx", `192.0.2.${n}`));
    const offered = offerCandidates(found);
    expect(offered.length).toBe(MAX_CANDIDATES);
    expect(offered.filter(({ transport }) => transport === "tcp").length).toBe(20);
  });

  test("have credentials in DHTNet's form", () => {
    const { ufrag, pwd } = randomCredentials(new SeededRandom(1));
    expect(ufrag).toMatch(/^[0-9a-f]{8}$/);
    expect(pwd).toMatch(/^[0-9a-f]{24}$/);
    expect(parseCandidate("")).toBeUndefined();
  });
});

test("pairs are ordered as their 64-bit priorities are", () => {
  const number = (g: number, d: number) =>
    2n ** 32n * BigInt(Math.min(g, d)) + 2n * BigInt(Math.max(g, d)) + (g > d ? 1n : 0n);
  const priority = fc.nat({ max: 2 ** 31 - 1 });
  fc.assert(
    fc.property(priority, priority, priority, priority, (g1, d1, g2, d2) => {
      const order = comparePriorities(pairPriority(g1, d1), pairPriority(g2, d2));
      const difference = number(g2, d2) - number(g1, d1);
      expect(Math.sign(order)).toBe(difference === 0n ? 0 : difference < 0n ? -1 : 1);
    }),
  );
});
