import { X509Certificate } from "node:crypto";
import type { Identity } from "@hashmere/crypto";
import { Agent, fetch as fetchWithAgent } from "undici";
import { CertificateInDoubtError, isHangUp } from "../client/proxy-failure.ts";

/** After so much silence TCP asks whether the other end is still there: the proxies of OpenDHT send no heartbeats. */
const KEEP_ALIVE_IDLE_MS = 30_000;

export interface ProxyFetchOptions {
  /** PEM: only proxies with a certificate from these authorities are talked to. Default: the authorities of Node.js. */
  readonly serverCa?: string | undefined;
  /** Who we are, for proxies that want a certificate from their clients. */
  readonly identity?: Identity | undefined;
}

/**
 * For a `ProxyClient` in Node.js (its option `fetch`): with certificates of one's own choice, and connections that notice
 * when the other end has gone. There is no limit on the time that an answer takes: the client has those.
 * @throws TypeError when `serverCa` holds no certificate
 */
export async function proxyFetch({ serverCa, identity }: ProxyFetchOptions = {}): Promise<typeof fetch> {
  if (serverCa !== undefined) mustBeCertificate(serverCa);
  const dispatcher = new Agent({
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_IDLE_MS,
      ...(serverCa !== undefined && { ca: serverCa }),
      ...(identity && { cert: identity.certificate.pem(), key: await identity.key.serialize() }),
    },
  });
  const fetchThrough: typeof fetchWithAgent = async (input, init) => {
    try {
      return await fetchWithAgent(input, { ...init, dispatcher });
    } catch (error) {
      // Only here is it known that a certificate was shown.
      const isInDoubt = identity !== undefined && `${input}`.startsWith("https:") && isHangUp(error);
      throw isInDoubt ? new TypeError("fetch failed", { cause: new CertificateInDoubtError(error) }) : error;
    }
  };
  // Node's own fetch is an older version of the same, with types of its own.
  return fetchThrough as unknown as typeof fetch;
}

/** The platform takes anything for authorities, and then trusts nobody. */
function mustBeCertificate(pem: string): void {
  try {
    new X509Certificate(pem);
  } catch (cause) {
    throw new TypeError("the authorities of proxies can't be used: are they certificates, in PEM?", { cause });
  }
}
