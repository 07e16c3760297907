import { generateCertificate, generateEcIdentity, type Identity } from "@hashmere/crypto";
import { ConnectError } from "../errors/index.ts";

/**
 * The identity as peers take it. They refuse a device that vouches for itself: where nobody else does, an authority made
 * for the purpose signs a certificate for the same key, and so for the same device id.
 * @throws ConnectError `ERR_BAD_CERTIFICATE` for a key that can't be written to
 */
export async function deviceIdentity(identity: Identity): Promise<Identity> {
  const { key, certificate } = identity;
  if (key.publicKey.kind !== "rsa") {
    throw new ConnectError("ERR_BAD_CERTIFICATE", "the identity's key can't be used: nobody can encrypt for it", {
      hint: "Make one with an RSA key, as generateIdentity() does.",
    });
  }
  if (certificate.issuer !== undefined) return identity;
  const name = certificate.subject.commonName;
  const issuer = await generateEcIdentity(name);
  return { key, certificate: await generateCertificate(key, { name, issuer }) };
}
