// Source: RFC 6960 §A.1, OCSP over HTTP; DHTNet connection protocol, checks applied to a peer.
import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { MAX_OCSP_BYTES } from "@hashmere/crypto";
import { raceAbort } from "@hashmere/dht";
import ipaddr from "ipaddr.js";

export interface OcspQuery {
  /** Named by the certificate. Other than http: isn't asked, as that would need a certificate in turn. */
  readonly url: string;
  readonly body: Uint8Array;
  /** Loopback may be asked too. */
  readonly includeLoopback: boolean;
  readonly signal: AbortSignal;
}

/**
 * Asks a responder, which says something of at most MAX_OCSP_BYTES; redirections are not followed. Whoever makes a
 * certificate chooses the address, so nothing is sent into private networks.
 * @throws Error when there is no answer; the signal's reason
 */
export async function queryOcsp({ url, body, includeLoopback, signal }: OcspQuery): Promise<Uint8Array> {
  const { protocol, hostname, port, pathname, search, host } = new URL(url);
  if (protocol !== "http:") throw new Error(`${protocol} is not asked`);
  const { address } = await raceAbort(lookup(hostname.replace(/^\[(.*)\]$/, "$1")), signal);
  if (!mayBeAsked(address, includeLoopback)) throw new Error(`${address} is no public address`);
  const asking = request({
    host: address,
    port: port || 80,
    path: `${pathname}${search}`,
    method: "POST",
    headers: {
      Host: host,
      "User-Agent": "Jami", // as DHTNet says
      "Content-Type": "application/ocsp-request",
      "Content-Length": body.length,
    },
    agent: false,
    signal,
  });
  asking.end(body);
  const [response]: IncomingMessage[] = await once(asking, "response", { signal });
  if (response === undefined) throw new Error("there is no answer");
  return readAnswer(response);
}

async function readAnswer(response: IncomingMessage): Promise<Uint8Array> {
  const { statusCode } = response;
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    if (statusCode !== 200) throw new Error(`it says ${statusCode}`);
    for await (const chunk of response) {
      length += chunk.length;
      if (length > MAX_OCSP_BYTES) throw new Error("its answer is too long");
      chunks.push(chunk);
    }
  } finally {
    response.destroy();
  }
  return Buffer.concat(chunks);
}

function mayBeAsked(address: string, includeLoopback: boolean): boolean {
  const range = ipaddr.process(address).range();
  return range === "unicast" || (range === "loopback" && includeLoopback);
}
