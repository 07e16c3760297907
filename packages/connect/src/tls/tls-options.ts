// Source: DHTNet connection protocol, TLS.
import { constants } from "node:crypto";
import { createSecureContext, type SecureContext } from "node:tls";
import type { Identity } from "@hashmere/crypto";

/**
 * What both sides of a DHTNet connection can agree on. Each entry is there because a real peer refuses to talk otherwise.
 */
export async function secureContext({ key, certificate }: Identity): Promise<SecureContext> {
  return createSecureContext({
    key: await key.serialize(),
    cert: certificate.pem(),
    // Peers want TLS 1.3, but refuse a hello without renegotiation_info, which OpenSSL sends only if it may be 1.2 too.
    minVersion: "TLSv1.2",
    maxVersion: "TLSv1.3",
    // Peers have no AES-128 and no anonymous suites without trouble.
    ciphers: [
      "TLS_AES_256_GCM_SHA384",
      "TLS_CHACHA20_POLY1305_SHA256",
      "ECDHE-ECDSA-AES256-GCM-SHA384",
      "ECDHE-RSA-AES256-GCM-SHA384",
    ].join(":"),
    // The first is what a peer insists on, if it is offered at all.
    ecdhCurve: "secp384r1:X25519",
    // Peers know nothing below SHA-384.
    sigalgs: [
      "rsa_pss_rsae_sha384",
      "rsa_pss_rsae_sha512",
      "rsa_pkcs1_sha384",
      "rsa_pkcs1_sha512",
      "ecdsa_secp384r1_sha384",
      "ecdsa_secp521r1_sha512",
    ].join(":"),
    // Nobody resumes a session.
    secureOptions: constants.SSL_OP_NO_TICKET,
  });
}
