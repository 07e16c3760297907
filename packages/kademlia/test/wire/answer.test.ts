import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AddressBook } from "../../src/address/index.ts";
import { MalformedError } from "../../src/msgpack/index.ts";
import { encodeAnswer, type Method, parseAnswer, parseRequest } from "../../src/wire/index.ts";
import { addressOf } from "../support/address.ts";
import { idOf } from "../support/ids.ts";
import { bytesOf } from "../support/vectors.ts";

const MESSAGE_ID = new Uint8Array(20);
const id = `c414${"22".repeat(20)}`;
const host = "a93132372e302e302e31"; // 127.0.0.1

function nodesIn(payloadHex: string): readonly string[] {
  const answer = parseAnswer("find_node", bytesOf(`01${"00".repeat(20)}${payloadHex}`), new AddressBook());
  return answer.kind === "nodes" ? answer.nodes.map(({ address }) => address.text) : [];
}

describe("a list of nodes", () => {
  it("may be empty or nil", () => {
    expect(nodesIn("90")).toEqual([]);
    expect(nodesIn("c0")).toEqual([]);
  });

  it("loses the entries that are no node, and keeps the others", () => {
    const good = `93${id}${host}cd2114`;
    const broken = [
      `91${id}`,
      `94${id}${host}cd211402`, // four elements
      `93b4${"78".repeat(20)}${host}cd2114`, // id as text
      `93c401aa${host}cd2114`, // id of one byte
      `93${id}${host}a53437383033`, // port as text
      `93${id}${host}00`, // port 0
      `93${id}${host}ce00010000`, // port 65536
      `93${id}${host}ff`, // port −1
      `93${id}a96e6f7420616e206970cd2114`, // no address
      `93${id}a7302e302e302e30cd2114`, // unspecified
      `93${id}a93232342e302e302e31cd2114`, // multicast
      `93${id}ac666538303a3a31256574683001`, // a zone of somebody else's
      `93${id}c0c0`,
      "c3",
      "81a17601",
    ];
    for (const entry of broken)
      expect(nodesIn(`93${good}${entry}${good}`), entry).toEqual(Array(2).fill("127.0.0.1:8468"));
  });

  it("turns IPv4-mapped addresses into IPv4", () => {
    expect(nodesIn(`9193${id}b03a3a666666663a3132372e302e302e31cd2114`)).toEqual(["127.0.0.1:8468"]);
  });

  it("may be longer than k, up to what a datagram holds", () => {
    expect(nodesIn(`dc0400${`93${id}${host}cd2114`.repeat(1024)}`)).toHaveLength(1024);
    expect(() => nodesIn("ddffffffff")).toThrow(MalformedError);
  });
});

describe("the address that stun tells", () => {
  it("has two elements over IPv4 and four over IPv6", () => {
    for (const [text, elements] of [
      ["127.0.0.1", 2],
      ["2001:db8::1", 4],
      ["::ffff:127.0.0.1", 2],
    ] as const) {
      const address = addressOf(text);
      const datagram = encodeAnswer(MESSAGE_ID, { kind: "address", address });
      expect(datagram[21]).toBe(0x90 | elements);
      expect(parseAnswer("stun", datagram, new AddressBook())).toEqual({ kind: "address", address });
    }
  });
});

describe("a parser at the door", () => {
  it("throws nothing but MalformedError, for any bytes", () => {
    const methods: Method[] = ["ping", "stun", "store", "find_node", "find_value", "replicate"];
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 22, maxLength: 90 }), fc.constantFrom(...methods), (bytes, method) => {
        for (const parse of [() => parseRequest(bytes), () => parseAnswer(method, bytes, new AddressBook())]) {
          try {
            parse();
          } catch (error) {
            expect(error).toBeInstanceOf(MalformedError);
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("also for a valid answer with one byte changed", () => {
    const nodes = [{ id: idOf("a"), address: addressOf("192.0.2.1") }];
    const datagram = encodeAnswer(MESSAGE_ID, { kind: "nodes", nodes });
    fc.assert(
      fc.property(fc.integer({ min: 21, max: datagram.length - 1 }), fc.nat(255), (index, byte) => {
        const changed = datagram.slice();
        changed[index] = byte;
        try {
          parseAnswer("find_node", changed, new AddressBook());
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedError);
        }
      }),
    );
  });
});
