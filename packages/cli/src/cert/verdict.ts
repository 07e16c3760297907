import { type Certificate, CryptoError, type RevocationList, TrustList, TrustVerdict } from "@hashmere/crypto";

/**
 * Whether a chain holds. Without trusted certificates the topmost of its own is the only one trusted, if it is
 * self-signed: that is how DHTNet judges a stranger's device.
 * @param lists what authorities of the chain, or trusted ones, took back
 * @throws CryptoError `ERR_CRL_SIGNATURE` for a list that none of them signed
 */
export function judgeChain(
  certificate: Certificate,
  trusted: readonly Certificate[] = [],
  lists: readonly RevocationList[] = [],
): TrustVerdict {
  const anchors = trusted.length > 0 ? trusted : ownRoot(certificate);
  const trust = new TrustList();
  for (const anchor of anchors) trust.add(anchor);
  const chain = certificate.chain();
  const authorities = [...chain, ...anchors.flatMap((anchor) => anchor.chain())];
  if (!lists.every((list) => authorities.some((authority) => list.isSignedBy(authority)))) {
    throw new CryptoError("ERR_CRL_SIGNATURE", "a revocation list is signed by no authority of this chain");
  }
  const verdict = trust.verify(certificate);
  const isRevoked = lists.some((list) => chain.some((link) => list.isRevoked(link)));
  return verdict.isValid && isRevoked ? new TrustVerdict(["revoked"]) : verdict;
}

function ownRoot(certificate: Certificate): Certificate[] {
  const root = certificate.chain().at(-1);
  return root?.namesIssuer(root) && root.isSignedBy(root.publicKey) ? [root] : [];
}
