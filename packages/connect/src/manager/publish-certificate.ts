// Source: DHTNet connection protocol, publication of the device certificate.
import { type Certificate, certificateKeys } from "@hashmere/crypto";
import { CertificateValue, InfoHash, type Scheduler } from "@hashmere/dht";
import type { SignallingDht } from "../signalling/index.ts";
import { delay } from "./delay.ts";

/** How long a first request waits for our certificate to be where the callee will look for it. */
const PUBLICATION_PATIENCE_MS = 3000;

/**
 * Publishes our certificate, for as long as `signal` lets it. A callee that doesn't find it passes over our request for
 * good, so nobody should be asked for a connection before nodes have confirmed that they hold it: resolves then, or when
 * there was time enough. Never rejects.
 */
export async function publishCertificate(
  dht: SignallingDht,
  certificate: Certificate,
  scheduler: Scheduler,
  signal: AbortSignal,
): Promise<void> {
  try {
    await dht.connected({ signal });
    const value = CertificateValue.encode(certificate.pem());
    const puts = certificateKeys(certificate.publicKey).map(async (key) =>
      dht.put(InfoHash.fromBytes(key), value, { permanent: true, urgent: true, signal }),
    );
    void Promise.allSettled(puts); // they go on when nobody waits any more, and end with the signal
    const [, byDeviceId] = puts;
    await Promise.race([byDeviceId, delay(scheduler, PUBLICATION_PATIENCE_MS, signal)]);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
