// Source: RFC 6960 §4.2, OpenDHT crypto layer §4.3.
import {
  OCSPResponse as AsnOcspResponse,
  BasicOCSPResponse,
  id_pkix_ocsp_basic,
  OCSPResponseStatus,
  type SingleResponse,
} from "@peculiar/asn1-ocsp";
import { decodeDer, encodeDer } from "../asn1/der.ts";
import { bytesEqual } from "../bytes.ts";
import { CryptoError } from "../errors.ts";
import type { Certificate } from "./certificate.ts";
import { certificateId, MAX_OCSP_BYTES, malformedOcsp, ocspNonce } from "./ocsp-request.ts";
import { isSignedWith } from "./signature-algorithm.ts";

/** How far our clock and that of a responder, or of an authority, may differ. */
export const MAX_CLOCK_SKEW_MS = 300_000;

/** What a responder knows of a certificate. */
export type CertificateStatus = "good" | "revoked" | "unknown";

/** What a response has to match. */
export interface OcspVerifyOptions {
  /** The nonce of the request; without it, an old response may be played back while it has not expired. */
  readonly nonce?: Uint8Array;
  /** The time that counts as now. */
  readonly at?: Date;
}

/** What a responder says about a certificate. Nothing in it is true before {@link verify}. */
export class OcspResponse {
  readonly der: Uint8Array;
  /** What ties it to a request; undefined where the responder gives none. */
  readonly nonce: Uint8Array | undefined;
  readonly #basic: BasicOCSPResponse;

  private constructor(der: Uint8Array) {
    this.der = der;
    try {
      this.#basic = parse(der);
      this.nonce = ocspNonce(this.#basic.tbsResponseData.responseExtensions);
    } catch (error) {
      throw error instanceof CryptoError ? error : malformedOcsp("response", error);
    }
  }

  /** Reads DER. @throws CryptoError `ERR_OCSP_MALFORMED`, `ERR_OCSP_STATUS` (the responder refused the request) */
  static from(der: Uint8Array): OcspResponse {
    return new OcspResponse(der);
  }

  /**
   * Checks that the issuer of a certificate signed this response, and tells what it says.
   * @throws CryptoError `ERR_ISSUER_MISSING`, `ERR_OCSP_NONCE`, `ERR_OCSP_SIGNATURE`, `ERR_OCSP_CERTIFICATE`,
   * `ERR_OCSP_EXPIRED`
   */
  verify(certificate: Certificate, { nonce, at = new Date() }: OcspVerifyOptions = {}): CertificateStatus {
    const wanted = encodeDer(certificateId(certificate));
    if (nonce !== undefined && (this.nonce === undefined || !bytesEqual(nonce, this.nonce))) {
      throw new CryptoError("ERR_OCSP_NONCE", "the response doesn't answer this request: its nonce differs");
    }
    if (certificate.issuer === undefined || !this.#isSignedBy(certificate.issuer)) {
      throw new CryptoError("ERR_OCSP_SIGNATURE", "the response is not signed by the issuer of the certificate");
    }
    const answer = this.#basic.tbsResponseData.responses.find(({ certID }) => bytesEqual(encodeDer(certID), wanted));
    if (answer === undefined) {
      throw new CryptoError("ERR_OCSP_CERTIFICATE", "the response speaks about another certificate");
    }
    requireCurrent(answer, at);
    return statusOf(answer);
  }

  /** The packed form: DER. */
  pack(): Uint8Array {
    return this.der;
  }

  #isSignedBy(issuer: Certificate): boolean {
    const { tbsResponseDataRaw, signatureAlgorithm: algorithm, signature } = this.#basic;
    if (tbsResponseDataRaw === undefined) return false;
    const content = new Uint8Array(tbsResponseDataRaw);
    return isSignedWith(issuer.publicKey, { content, algorithm, signature: new Uint8Array(signature) });
  }
}

function parse(der: Uint8Array): BasicOCSPResponse {
  if (der.length > MAX_OCSP_BYTES) throw malformedOcsp("response");
  const { responseStatus, responseBytes } = decodeDer(der, AsnOcspResponse);
  if (responseStatus !== OCSPResponseStatus.successful) {
    const status = OCSPResponseStatus[responseStatus] ?? String(responseStatus);
    throw new CryptoError("ERR_OCSP_STATUS", `the responder refused the request: ${status}`);
  }
  if (responseBytes?.responseType !== id_pkix_ocsp_basic) throw malformedOcsp("response");
  return decodeDer(new Uint8Array(responseBytes.response.buffer), BasicOCSPResponse);
}

function requireCurrent({ thisUpdate, nextUpdate }: SingleResponse, at: Date): void {
  const isEarly = at.getTime() + MAX_CLOCK_SKEW_MS < thisUpdate.getTime();
  const isLate = nextUpdate !== undefined && at.getTime() - MAX_CLOCK_SKEW_MS > nextUpdate.getTime();
  if (isEarly || isLate) throw new CryptoError("ERR_OCSP_EXPIRED", "the response is not of today: ask again");
}

function statusOf({ certStatus }: SingleResponse): CertificateStatus {
  if (certStatus.revoked !== undefined) return "revoked";
  return certStatus.good === undefined ? "unknown" : "good";
}
