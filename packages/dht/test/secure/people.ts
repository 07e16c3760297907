import { certificateOf, keyOf } from "../../../crypto/test/vectors.ts";

/** Somebody with a key and a certificate: those of the captured vectors, because making keys takes long. */
function person(name: string) {
  return { key: keyOf(`identity/${name}`), certificate: certificateOf(`identity/${name}`) };
}

export const alice = person("device");
export const bob = person("device2");
export const mallory = person("account");
/** Has an elliptic curve key, which can't own values. */
export const eve = person("ec_ca");
