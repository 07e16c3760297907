import { Certificate } from "@hashmere/crypto";
import { MAX_CHAIN_BYTES, type PeerRequest } from "../signalling/index.ts";

/** The chain that a request of ours takes along; empty when it is too long for that. */
export function chainToEnclose(certificate: Certificate): readonly Uint8Array[] {
  const chain = certificate.chain().map(({ der }) => der);
  return chain.reduce((sum, { length }) => sum + length, 0) <= MAX_CHAIN_BYTES ? chain : [];
}

/** The certificate that came with a request: of the key that has signed it, or none. Whether it holds is another question. */
export function enclosedCertificate({ chain = [], from }: PeerRequest): Certificate | undefined {
  if (chain.length === 0) return undefined;
  try {
    const certificate = Certificate.fromBlobs(chain);
    return certificate.publicKey.equals(from) ? certificate : undefined;
  } catch {
    return undefined; // it is looked for, as if none had come
  }
}
