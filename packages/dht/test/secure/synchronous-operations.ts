import { constants, createDecipheriv, createPrivateKey, type KeyObject, privateDecrypt, sign } from "node:crypto";
import type { PrivateKey, VerificationRequest } from "@hashmere/crypto";
import { text, vector } from "../../../crypto/test/vectors.ts";
import type { SignatureOutcome } from "../../src/node/index.ts";
import type { KeyOperations } from "../../src/secure/index.ts";
import { alice, bob, mallory } from "./people.ts";

const SECRETS = new Map<PrivateKey, KeyObject>([
  [alice.key, secretOf("device")],
  [bob.key, secretOf("device2")],
  [mallory.key, secretOf("account")],
]);

/** Everything at once, so that virtual time can stand still meanwhile. */
export class SynchronousOperations implements KeyOperations {
  verified = 0;

  verify({ key, data, signature }: VerificationRequest, onOutcome: (outcome: SignatureOutcome) => void): void {
    this.verified++;
    onOutcome(key.checkSignatureSync(data, signature) ? "valid" : "invalid");
  }

  sign(key: PrivateKey, data: Uint8Array, onDone: (signature: Uint8Array | Error) => void): void {
    onDone(new Uint8Array(sign("sha512", data, secret(key))));
  }

  decrypt(key: PrivateKey, cypher: Uint8Array, onDone: (data: Uint8Array | Error) => void): void {
    let data: Uint8Array | Error;
    try {
      data = open(cypher, secret(key));
    } catch (error) {
      data = error instanceof Error ? error : new Error(String(error));
    }
    onDone(data);
  }
}

/** A wrapped AES key, a nonce, the data and its tag. */
function open(cypher: Uint8Array, key: KeyObject): Uint8Array {
  const blockBytes = (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  const block = cypher.subarray(0, blockBytes);
  const aesKey = privateDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, block);
  const nonce = cypher.subarray(blockBytes, blockBytes + 12);
  const decipher = createDecipheriv(`aes-${aesKey.length * 8}-gcm` as "aes-256-gcm", aesKey, nonce); // any AES length
  decipher.setAuthTag(cypher.subarray(-16));
  return Buffer.concat([decipher.update(cypher.subarray(blockBytes + 12, -16)), decipher.final()]);
}

function secretOf(name: string): KeyObject {
  return createPrivateKey(text(vector(`identity/${name}`).inputs, "private_key_pem"));
}

function secret(key: PrivateKey): KeyObject {
  const found = SECRETS.get(key);
  if (found === undefined) throw new Error("only the people of the tests have keys here");
  return found;
}
