// Source: OpenDHT crypto layer §3.3 and §3.5.
import { DEFAULT_RSA_BITS, PrivateKey } from "../keys/private-key.ts";
import { type CertificateOptions, generateCertificate, type Identity } from "../x509/issue.ts";

/** Who signs the certificate, whether it may sign others, and for how long it is valid. */
export type IdentityOptions = Omit<CertificateOptions, "name">;

/** The same, and the strength of the key. */
export interface RsaIdentityOptions extends IdentityOptions {
  /** Length of the RSA modulus. Default: 4096. */
  readonly bits?: number;
}

/** What `dhtnode -i` makes: the identity of a node, and of the authority that vouches for it. */
export interface NodeIdentity {
  readonly ca: Identity;
  readonly identity: Identity;
}

/**
 * A new RSA key and a certificate for it: self-signed and an authority, unless an issuer is given.
 * @throws CryptoError `ERR_ISSUER_NOT_CA`, `ERR_KEY_MISMATCH`
 */
export async function generateIdentity(
  name = "dhtnode",
  { bits = DEFAULT_RSA_BITS, ...options }: RsaIdentityOptions = {},
): Promise<Identity> {
  const key = await PrivateKey.generate(bits);
  return { key, certificate: await generateCertificate(key, { ...options, name }) };
}

/** The same with a P-384 key: for authorities and TLS. Such a key can't own values on the DHT. */
export async function generateEcIdentity(name = "dhtnode", options: IdentityOptions = {}): Promise<Identity> {
  const key = await PrivateKey.generateEc();
  return { key, certificate: await generateCertificate(key, { ...options, name }) };
}

/** An identity for a node as `dhtnode -i` makes it: an RSA leaf under an elliptic curve authority. */
export async function generateNodeIdentity(bits = DEFAULT_RSA_BITS): Promise<NodeIdentity> {
  const ca = await generateEcIdentity("DHT Node CA");
  return { ca, identity: await generateIdentity("DHT Node", { issuer: ca, bits }) };
}
