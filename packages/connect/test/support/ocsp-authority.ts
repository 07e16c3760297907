import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { Certificate, generateIdentity, type Identity } from "@hashmere/crypto";
import {
  BasicOCSPResponse,
  CertID,
  CertStatus,
  id_pkix_ocsp_basic,
  OCSPRequest,
  OCSPResponse,
  OCSPResponseStatus,
  ResponderID,
  ResponseBytes,
  ResponseData,
  RevokedInfo,
  SingleResponse,
} from "@peculiar/asn1-ocsp";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import {
  AccessDescription,
  AlgorithmIdentifier,
  Certificate as AsnCertificate,
  AuthorityInfoAccessSyntax,
  Extension,
  GeneralName,
  id_ad_ocsp,
  id_pe_authorityInfoAccess,
  Name,
} from "@peculiar/asn1-x509";
import { onTestFinished } from "vitest";

/** sha512WithRSAEncryption: what keys of ours sign with. */
const ALGORITHM = new AlgorithmIdentifier({ algorithm: "1.2.840.113549.1.1.13", parameters: null });
const DAY_MS = 86_400_000;

export type Verdict = "good" | "revoked" | "unknown";

/** An authority that names a responder on loopback in what it signs, and is that responder. */
export class OcspAuthority {
  readonly #authority: Identity;
  readonly #server: Server;
  /** What was asked, with the headers. */
  readonly asked: { readonly headers: NodeJS.Dict<string | string[]>; readonly body: Uint8Array }[] = [];
  verdict: Verdict = "good";
  /** Whether the answer repeats what the question holds against repetition. */
  repeatsNonce = true;
  /** What stands in for the answer. */
  instead: RequestListener | undefined;

  private constructor(authority: Identity, server: Server) {
    this.#authority = authority;
    this.#server = server;
  }

  static async open(): Promise<OcspAuthority> {
    const server = createServer((request, response) => void authority.#serve(request, response));
    const authority = new OcspAuthority(await generateIdentity("authority", { bits: 2048 }), server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return authority;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo; // it listens on TCP
    return `http://127.0.0.1:${port}/status`;
  }

  /** A device whose certificate names that responder, or another. */
  async device(name: string, url = this.url): Promise<Identity> {
    const { key, certificate } = await generateIdentity(name, { bits: 2048, issuer: this.#authority });
    const parsed = AsnConvert.parse(certificate.der, AsnCertificate);
    const access = new AccessDescription({
      accessMethod: id_ad_ocsp,
      accessLocation: new GeneralName({ uniformResourceIdentifier: url }),
    });
    const extnValue = new OctetString(AsnConvert.serialize(new AuthorityInfoAccessSyntax([access])));
    parsed.tbsCertificate.extensions?.push(new Extension({ extnID: id_pe_authorityInfoAccess, extnValue }));
    parsed.tbsCertificate.signature = ALGORITHM;
    parsed.signatureAlgorithm = ALGORITHM;
    parsed.signatureValue = await this.#sign(AsnConvert.serialize(parsed.tbsCertificate));
    const leaf = new Uint8Array(AsnConvert.serialize(parsed));
    return { key, certificate: Certificate.fromBlobs([leaf, this.#authority.certificate.der]) };
  }

  async #serve(...[request, response]: Parameters<RequestListener>): Promise<void> {
    const body = await buffer(request);
    this.asked.push({ headers: request.headers, body });
    if (this.instead) return this.instead(request, response);
    response.end(await this.#answer(body));
  }

  async #answer(question: Uint8Array): Promise<Uint8Array> {
    const { requestList, requestExtensions = [] } = AsnConvert.parse(question, OCSPRequest).tbsRequest;
    const now = Date.now();
    const responses = requestList.map(
      ({ reqCert }) =>
        new SingleResponse({
          certID: new CertID(reqCert),
          certStatus: statusOf(this.verdict),
          thisUpdate: new Date(now - DAY_MS),
          nextUpdate: new Date(now + DAY_MS),
        }),
    );
    const tbsResponseData = new ResponseData({
      responderID: new ResponderID({ byName: AsnConvert.parse(this.#authority.certificate.subject.der, Name) }),
      producedAt: new Date(now),
      responses,
      ...(this.repeatsNonce && { responseExtensions: requestExtensions }),
    });
    const signature = await this.#sign(AsnConvert.serialize(tbsResponseData));
    const basic = new BasicOCSPResponse({ tbsResponseData, signatureAlgorithm: ALGORITHM, signature });
    const responseBytes = new ResponseBytes({
      responseType: id_pkix_ocsp_basic,
      response: new OctetString(AsnConvert.serialize(basic)),
    });
    const { successful: responseStatus } = OCSPResponseStatus;
    return new Uint8Array(AsnConvert.serialize(new OCSPResponse({ responseStatus, responseBytes })));
  }

  async #sign(content: ArrayBuffer): Promise<ArrayBuffer> {
    const signature = await this.#authority.key.sign(new Uint8Array(content));
    return new Uint8Array(signature).buffer;
  }
}

function statusOf(verdict: Verdict): CertStatus {
  switch (verdict) {
    case "good":
      return new CertStatus({ good: null });
    case "revoked":
      return new CertStatus({ revoked: new RevokedInfo({ revocationTime: new Date() }) });
    case "unknown":
      return new CertStatus({ unknown: null });
  }
}
