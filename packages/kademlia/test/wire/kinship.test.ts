import { describe, expect, it } from "vitest";
import { SeededRandom } from "../../src/random/seeded-random.ts";
import { encodeAnswer, isFromKin, kinEchoOf, kinMessageId, openMessage } from "../../src/wire/index.ts";
import { idOf } from "../support/ids.ts";
import { bytesOf, hexOf, vectors } from "../support/vectors.ts";

const random = new SeededRandom(1);
const pong = { kind: "id", id: idOf("node") } as const;

function isKin(datagram: Uint8Array): boolean {
  const message = openMessage(datagram);
  return message !== undefined && isFromKin(message);
}

describe("kinship", () => {
  it("shows in the answer of a node of our make to one of our make", () => {
    const id = kinMessageId(random);
    expect(isKin(encodeAnswer(id, pong, kinEchoOf(id)))).toBe(true);
    expect(isKin(encodeAnswer(id, pong))).toBe(false);
  });

  it("adds nothing to an answer to anybody else, for any message id captured from others", () => {
    for (const { request, response } of vectors.rpc) {
      const id = bytesOf(request.message_id);
      expect(kinEchoOf(id)).toBeUndefined();
      expect(isKin(bytesOf(response.datagram_hex))).toBe(false);
      expect(hexOf(encodeAnswer(id, pong))).toBe(`01${hexOf(id)}c414${pong.id.hex}`);
    }
  });

  it("cannot be read from an answer that is too short to hold both", () => {
    const id = kinMessageId(random);
    expect(isKin(Uint8Array.of(1, ...id, ...id.subarray(13)))).toBe(false);
    expect(isKin(Uint8Array.of(1, ...id, ...id.subarray(12)))).toBe(false);
  });

  it("costs no chance: each id differs, in its first 16 bytes", () => {
    const ids = Array.from({ length: 1_000 }, () => hexOf(kinMessageId(random).subarray(0, 16)));
    expect(new Set(ids).size).toBe(1_000);
  });
});
