import { describe, expect, test } from "vitest";
import { SockAddr } from "../../src/address/index.ts";
import { InfoHash } from "../../src/id/index.ts";
import { CertificateValue, IpServiceAnnouncement, Value } from "../../src/value/index.ts";

const SIGNED = { owner: Uint8Array.of(1), signature: Uint8Array.of(2), seq: 7 };
const TEXT = new TextEncoder().encode("hello");

describe("a value is printed", () => {
  test.each([
    ["as hex", { data: TEXT }, "Value[id:ff data:68656c6c6f]"],
    ["as text when it is text", { data: TEXT, userType: "text/plain" }, 'Value[id:ff data(text/plain):"hello"]'],
    ["with its user type", { data: TEXT, userType: "x" }, "Value[id:ff data(x):68656c6c6f]"],
    ["as a count from 1024 bytes on", { data: new Uint8Array(1024) }, "Value[id:ff data:1024 bytes]"],
    ["with the version of its signer", { data: TEXT, ...SIGNED }, "Value[id:ff signed (v7) data:68656c6c6f]"],
    [
      "as decrypted when it has a recipient",
      { data: TEXT, ...SIGNED, recipient: InfoHash.get("me") },
      "Value[id:ff signed (v7) decrypted data:68656c6c6f]",
    ],
    ["as encrypted and nothing else", { cypher: TEXT }, "Value[id:ff encrypted ]"],
    ["as an announcement that holds no address", { type: 2, data: TEXT }, "Value[id:ff ]"],
  ])("%s", (_, init, text) => {
    expect(new Value({ id: 0xffn, ...init }).toString()).toBe(text);
  });

  test("as the address that it announces", () => {
    const address = SockAddr.parse("10.1.2.3:80") ?? expect.unreachable("an address");
    expect(`${Value.packed(IpServiceAnnouncement, { address }).withId(1n)}`).toBe("Value[id:1 10.1.2.3:80]");
  });

  test("as a certificate", () => {
    expect(`${Value.packed(CertificateValue, "-----BEGIN CERTIFICATE-----")}`).toBe("Value[id:1 Certificate]");
  });
});
