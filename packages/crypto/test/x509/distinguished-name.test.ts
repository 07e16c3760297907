import { AttributeTypeAndValue, AttributeValue, Name, RelativeDistinguishedName } from "@peculiar/asn1-x509";
import { expect, test } from "vitest";
import { buildName, DistinguishedName } from "../../src/x509/distinguished-name.ts";

const part = (type: string, utf8String: string) =>
  new AttributeTypeAndValue({ type, value: new AttributeValue({ utf8String }) });

test("a name is written with all its parts, in their order", () => {
  const name = new Name([
    new RelativeDistinguishedName([part("2.5.4.6", "CH")]),
    new RelativeDistinguishedName([part("2.5.4.11", "Research"), part("2.5.4.3", "Zoë")]),
    new RelativeDistinguishedName([part("1.2.3.4", "something")]),
  ]);
  expect(`${new DistinguishedName(name)}`).toBe("C=CH, OU=Research+CN=Zoë, 1.2.3.4=something");
  expect(`${new DistinguishedName(new Name())}`).toBe("");
});

test("a part that looks like several is still one", () => {
  const name = new DistinguishedName(buildName('eve, UID=00+CN="root";\\<>', "ab"));
  expect(`${name}`).toBe('CN=eve\\, UID=00\\+CN=\\"root\\"\\;\\\\\\<\\>, UID=ab');
  expect([name.commonName, name.uid]).toEqual(['eve, UID=00+CN="root";\\<>', "ab"]);
});
