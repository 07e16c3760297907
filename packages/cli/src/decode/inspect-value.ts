import { CryptoError, type PrivateKey } from "@hashmere/crypto";
import { checkSignature, DhtError, decryptValue, SecurityError, Value } from "@hashmere/dht";
import { describeValue, type NotUnderstood, type Understood } from "./describe-datagram.ts";

/** Whether what a value says is its owner's word; "none" when it is not signed, or encrypted and not opened. */
type Signature = "valid" | "invalid" | "none";

/** What is known of a packed value, in the form that `hashmere decode --value` prints. */
export type ValuePicture =
  | NotUnderstood
  | (Understood & {
      readonly signature: Signature;
      /** The value inside, in the form of `message`, where a key was given for an encrypted one. */
      readonly decrypted?: Understood["message"] | NotUnderstood;
    });

/** @param key to decrypt with; without it encrypted values stay closed */
export async function inspectValue(bytes: Uint8Array, key: PrivateKey | undefined): Promise<ValuePicture> {
  const value = tryUnpack(bytes);
  if (!(value instanceof Value)) return value;
  const picture = describeValue(value);
  if (!value.isEncrypted()) return { ...picture, signature: await signatureOf(value) };
  if (key === undefined) return { ...picture, signature: "none" };
  try {
    const decrypted = await decryptValue(value, key);
    return { ...picture, signature: "valid", decrypted: describeValue(decrypted).message };
  } catch (error) {
    const isForged = error instanceof SecurityError && error.code === "ERR_SIGNATURE_INVALID";
    return { ...picture, signature: isForged ? "invalid" : "none", decrypted: describeFailure(error) };
  }
}

function tryUnpack(bytes: Uint8Array): Value | NotUnderstood {
  try {
    return Value.fromPacked(bytes);
  } catch (error) {
    return describeFailure(error);
  }
}

async function signatureOf(value: Value): Promise<Signature> {
  if (value.signature === undefined) return "none";
  return (await checkSignature(value)) ? "valid" : "invalid";
}

/** @throws the error itself when it is no fault of the value */
function describeFailure(error: unknown): NotUnderstood {
  if (error instanceof DhtError || error instanceof CryptoError) return { error: error.message, code: error.code };
  throw error;
}
