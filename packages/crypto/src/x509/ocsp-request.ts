// Source: RFC 6960 §4.1, OpenDHT crypto layer §4.3.
import { randomBytes } from "node:crypto";
import { OCSPRequest as AsnOcspRequest, CertID, id_pkix_ocsp_nonce, Request, TBSRequest } from "@peculiar/asn1-ocsp";
import { OctetString } from "@peculiar/asn1-schema";
import { AlgorithmIdentifier, type Extension, SubjectPublicKeyInfo } from "@peculiar/asn1-x509";
import { arrayBufferOf, decodeDer, encodeDer } from "../asn1/der.ts";
import { hash } from "../digest.ts";
import { CryptoError } from "../errors.ts";
import type { Certificate } from "./certificate.ts";
import { extension } from "./extensions.ts";

/** Longest OCSP message that is read. */
export const MAX_OCSP_BYTES = 65_536;
const NONCE_BYTES = 32;
const SHA1 = "1.3.14.3.2.26";

/** A question to the issuer of a certificate: is it still good? */
export class OcspRequest {
  readonly der: Uint8Array;
  /** What the answer must repeat; undefined when the request has none. */
  readonly nonce: Uint8Array | undefined;
  /** Content bytes of the serial number asked about. */
  readonly serialNumber: Uint8Array;

  private constructor(der: Uint8Array) {
    this.der = der;
    try {
      const { requestList, requestExtensions } = parse(der).tbsRequest;
      this.nonce = ocspNonce(requestExtensions);
      this.serialNumber = new Uint8Array(requestList[0]?.reqCert.serialNumber ?? new ArrayBuffer());
    } catch (error) {
      throw malformedOcsp("request", error);
    }
  }

  /** Asks about a certificate whose issuer came along. @throws CryptoError `ERR_ISSUER_MISSING` */
  static create(certificate: Certificate, nonce: Uint8Array = randomBytes(NONCE_BYTES)): OcspRequest {
    const tbsRequest = new TBSRequest({
      requestList: [new Request({ reqCert: certificateId(certificate) })],
      requestExtensions: [extension(id_pkix_ocsp_nonce, false, new OctetString(nonce))],
    });
    return new OcspRequest(encodeDer(new AsnOcspRequest({ tbsRequest })));
  }

  /** Reads DER. @throws CryptoError `ERR_OCSP_MALFORMED` */
  static from(der: Uint8Array): OcspRequest {
    return new OcspRequest(der);
  }

  /** The packed form: DER. */
  pack(): Uint8Array {
    return this.der;
  }
}

/** How OCSP names a certificate: digests of its issuer's name and key, and its serial number. */
export function certificateId(certificate: Certificate): CertID {
  const { issuer } = certificate;
  if (issuer === undefined) {
    throw new CryptoError("ERR_ISSUER_MISSING", "the certificate of the issuer is needed: load the whole chain");
  }
  const { subjectPublicKey } = decodeDer(issuer.publicKey.der(), SubjectPublicKeyInfo);
  return new CertID({
    hashAlgorithm: new AlgorithmIdentifier({ algorithm: SHA1, parameters: null }),
    issuerNameHash: new OctetString(hash(issuer.subject.der, 20)),
    issuerKeyHash: new OctetString(hash(new Uint8Array(subjectPublicKey), 20)),
    serialNumber: arrayBufferOf(certificate.serialNumber),
  });
}

/** The nonce of a request or response. */
export function ocspNonce(extensions: readonly Extension[] | undefined): Uint8Array | undefined {
  const found = extensions?.find(({ extnID }) => extnID === id_pkix_ocsp_nonce);
  if (found === undefined) return undefined;
  const content = new Uint8Array(found.extnValue.buffer);
  return new Uint8Array(decodeDer(content, OctetString).buffer);
}

export function malformedOcsp(what: "request" | "response", cause?: unknown): CryptoError {
  return new CryptoError("ERR_OCSP_MALFORMED", `not an OCSP ${what}: DER is read`, { cause });
}

function parse(der: Uint8Array): AsnOcspRequest {
  if (der.length > MAX_OCSP_BYTES) throw malformedOcsp("request");
  return decodeDer(der, AsnOcspRequest);
}
