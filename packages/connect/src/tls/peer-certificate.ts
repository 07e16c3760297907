import type { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import { Certificate, MAX_CHAIN_LENGTH } from "@hashmere/crypto";

/**
 * The certificate that the other side has shown, with the issuers that came along; undefined when it has shown none.
 * To be called once: the first look at the certificate makes Node.js forget the others.
 * @throws CryptoError when it can't be read
 */
export function takePeerCertificate(socket: TLSSocket): Certificate | undefined {
  const ders: Uint8Array[] = [];
  let link: X509Certificate | undefined = socket.getPeerX509Certificate();
  while (link !== undefined && ders.length < MAX_CHAIN_LENGTH) {
    ders.push(link.raw);
    link = link.issuerCertificate;
  }
  return ders.length === 0 ? undefined : Certificate.fromBlobs(ders);
}
