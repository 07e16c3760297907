// Source: RFC 5208 §6 (EncryptedPrivateKeyInfo), RFC 8018 §6.2 and appendix A (PBES2), as OpenDHT crypto layer §2.2
// writes it. node:crypto writes such keys too, but with 2,048 iterations only.
import { createCipheriv, pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { Integer, Null, ObjectIdentifier, OctetString, Sequence } from "asn1js";
import { DerError, parseAsn } from "../asn1/der.ts";
import { decodePem, pemText } from "../asn1/pem.ts";
import { concatBytes } from "../bytes.ts";
import { CryptoError } from "../errors.ts";

/** Work for someone who guesses: the count that GnuTLS writes today. */
export const PBKDF2_ITERATIONS = 600_000;
/** About a second of work. A key file that asks for more was made to keep its reader busy. */
export const MAX_PBKDF2_ITERATIONS = 8_000_000;

const SALT_BYTES = 16;
const IV_BYTES = 16;
const AES_KEY_BYTES = 32;

const PBES2 = "1.2.840.113549.1.5.13";
const PBKDF2 = "1.2.840.113549.1.5.12";
const HMAC_WITH_SHA256 = "1.2.840.113549.2.9";
const AES_256_CBC = "2.16.840.1.101.3.4.1.42";

const deriveKey = promisify(pbkdf2);

/** Encrypts a PKCS#8 private key with a password (UTF-8, as typed): the DER of an EncryptedPrivateKeyInfo. */
export async function sealPkcs8(pkcs8: Uint8Array, password: string): Promise<Uint8Array> {
  const salt = randomBytes(SALT_BYTES);
  const iv = randomBytes(IV_BYTES);
  const key = await deriveKey(password, salt, PBKDF2_ITERATIONS, AES_KEY_BYTES, "sha256");
  const cipher = createCipheriv("aes-256-cbc", key, iv);
  const encrypted = concatBytes(cipher.update(pkcs8), cipher.final());
  const derivation = sequence(
    oid(PBKDF2),
    sequence(octets(salt), new Integer({ value: PBKDF2_ITERATIONS }), sequence(oid(HMAC_WITH_SHA256), new Null())),
  );
  const encryption = sequence(oid(AES_256_CBC), octets(iv));
  const algorithm = sequence(oid(PBES2), sequence(derivation, encryption));
  return new Uint8Array(sequence(algorithm, octets(encrypted)).toBER());
}

/** Refuses a protected key whose password derivation would take too long. Other forms of protection pass. */
export function requireBearableIterations(data: Uint8Array | string): void {
  if (pbkdf2Iterations(data) <= MAX_PBKDF2_ITERATIONS) return;
  throw new CryptoError("ERR_KEY_UNSUPPORTED", "this key takes too long to open: it asks for too many iterations");
}

/** The iteration count of a PBES2 key in PEM or DER, 0 when it is protected otherwise. */
function pbkdf2Iterations(data: Uint8Array | string): number {
  const text = pemText(data);
  const block =
    text === undefined ? data : decodePem(text)?.find(({ label }) => label === "ENCRYPTED PRIVATE KEY")?.der;
  if (block === undefined || typeof block === "string") return 0;
  try {
    const parameters = childOf(childOf(childOf(parseAsn(block), 0), 1), 0);
    const iterations = childOf(childOf(parameters, 1), 1);
    if (!(iterations instanceof Integer)) return 0;
    return iterations.valueBlock.isHexOnly ? Number.POSITIVE_INFINITY : iterations.valueBlock.valueDec;
  } catch (error) {
    if (error instanceof DerError) return 0;
    throw error;
  }
}

function childOf(element: unknown, index: number): unknown {
  return element instanceof Sequence ? element.valueBlock.value[index] : undefined;
}

function sequence(...value: (Sequence | ObjectIdentifier | OctetString | Integer | Null)[]): Sequence {
  return new Sequence({ value });
}

function oid(value: string): ObjectIdentifier {
  return new ObjectIdentifier({ value });
}

function octets(valueHex: Uint8Array): OctetString {
  return new OctetString({ valueHex });
}
