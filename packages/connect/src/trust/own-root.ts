import { type Certificate, TrustList, type TrustVerdict } from "@hashmere/crypto";

/**
 * Whether a chain holds in itself: signatures, dates, authorities, up to its own topmost certificate. That it is a chain
 * of somebody whom one knows is another question.
 */
export function verifyUpToOwnRoot(certificate: Certificate): TrustVerdict {
  const top = new TrustList();
  for (const root of certificate.chain().slice(-1)) top.add(root);
  return top.verify(certificate);
}
