// Source: DHTNet connection protocol, checks applied to a peer.
import { type Certificate, type CertificateStatus, OcspRequest, OcspResponse } from "@hashmere/crypto";
import type { Logger, Scheduler } from "@hashmere/dht";
import { ConnectError } from "../errors/index.ts";
import { shortIdOf } from "./certificate-ids.ts";
import type { CertificateStore } from "./certificate-store.ts";
import { queryOcsp } from "./ocsp-query.ts";

/** How long a responder may take. */
export const OCSP_TIMEOUT_MS = 2000;

export interface OcspCheckOptions {
  readonly store: CertificateStore;
  readonly scheduler: Scheduler;
  readonly log: Logger;
  readonly includeLoopback: boolean;
}

/**
 * Asks the responder that a certificate names, if it names one, whether it was taken back. What it says is kept, and holds
 * as long as it says. One that can't be reached, or says nothing that can be believed, is passed over, as DHTNet does.
 */
export class OcspCheck {
  readonly #options: OcspCheckOptions;

  constructor(options: OcspCheckOptions) {
    this.#options = options;
  }

  /**
   * @param certificate with its issuer; without one, nobody's answer could be checked
   * @throws ConnectError (as a rejection) `ERR_BAD_CERTIFICATE` when it was taken back; the signal's reason
   */
  async check(certificate: Certificate, signal: AbortSignal): Promise<void> {
    const [url] = certificate.extensions.ocspUrls;
    if (url === undefined || certificate.issuer === undefined) return;
    const known = await this.#options.store.ocspStatus(certificate);
    const status = known ?? (await this.#ask(url, certificate, signal));
    if (status !== "revoked") return;
    throw new ConnectError("ERR_BAD_CERTIFICATE", `the certificate ${shortIdOf(certificate)} was taken back`, {
      hint: "Its responder says so. Its owner needs another certificate.",
    });
  }

  async #ask(url: string, certificate: Certificate, signal: AbortSignal): Promise<CertificateStatus | undefined> {
    const { scheduler, includeLoopback, log, store } = this.#options;
    const timeout = new AbortController();
    const timer = scheduler.at(scheduler.now() + OCSP_TIMEOUT_MS, () => timeout.abort(new Error("it takes too long")));
    const ending = AbortSignal.any([signal, timeout.signal]);
    try {
      const question = OcspRequest.create(certificate);
      const response = OcspResponse.from(
        await queryOcsp({ url, body: question.pack(), includeLoopback, signal: ending }),
      );
      const status = response.verify(certificate, question.nonce && { nonce: question.nonce });
      if (status !== "unknown") await store.pinOcspResponse(certificate, response);
      return status;
    } catch (error) {
      signal.throwIfAborted();
      const reason = ending.aborted ? ending.reason : error;
      log.log("debug", `the responder ${url} did not say whether ${shortIdOf(certificate)} is good: ${reason}`);
      return undefined;
    } finally {
      timer.cancel();
    }
  }
}
