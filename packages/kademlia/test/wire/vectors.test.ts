import { describe, expect, it } from "vitest";
import { AddressBook } from "../../src/address/index.ts";
import { encodeAnswer, encodeRequest, openMessage, parseAnswer, parseRequest } from "../../src/wire/index.ts";
import { bytesOf, hexOf, vectors } from "../support/vectors.ts";

describe("the wire of the Python library", () => {
  it.each(vectors.rpc)("reads and writes $name byte for byte", ({ request, response }) => {
    const asked = openMessage(bytesOf(request.datagram_hex));
    expect(asked?.type).toBe("request");
    const parsed = parseRequest(bytesOf(request.datagram_hex));
    expect(hexOf(encodeRequest(bytesOf(request.message_id), parsed))).toBe(request.datagram_hex);

    const answered = openMessage(bytesOf(response.datagram_hex));
    expect(answered?.type).toBe("response");
    expect(hexOf(answered?.id ?? new Uint8Array())).toBe(request.message_id);
    const answer = parseAnswer(parsed.method, bytesOf(response.datagram_hex), new AddressBook());
    expect(hexOf(encodeAnswer(bytesOf(response.message_id), answer))).toBe(response.datagram_hex);
  });

  it("covers 71 exchanges", () => {
    expect(vectors.rpc).toHaveLength(71);
  });
});
