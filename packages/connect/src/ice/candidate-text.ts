import { type TransportAddress, transportAddress } from "../address/index.ts";
import type { Candidate, CandidateType, TcpType } from "./candidate.ts";

/** Longest words that DHTNet reads. */
const MAX_FOUNDATION_LENGTH = 31;
const MAX_TRANSPORT_LENGTH = 11;
const MAX_ADDRESS_LENGTH = 79;

/** Pairs of words after a candidate that are read. */
const MAX_EXTENSIONS = 8;

const NUMBER = /^\d{1,10}$/;

/**
 * Reads one line of a description: `Ha4d0001 1 TCP 2130706431 10.77.0.1 38315 typ host tcptype passive`, with any white
 * space between the words. What is not exactly `TCP` is UDP, as for DHTNet. Undefined when it is no usable candidate.
 */
export function parseCandidate(line: string): Candidate | undefined {
  const words = line.split(/\s+/).filter((word) => word !== "");
  const [foundation = "", component = "", transport = "", priority = "", host = "", port = "", typ, type = ""] = words;
  if (typ !== "typ" || !isCandidateType(type)) return undefined;
  if (foundation.length > MAX_FOUNDATION_LENGTH || transport.length > MAX_TRANSPORT_LENGTH) return undefined;
  const address = parseAddress(host, port);
  if (!NUMBER.test(component) || !NUMBER.test(priority) || address === undefined) return undefined;
  const common = { foundation, component: Number(component), priority: Number(priority), address, type };
  if (common.priority > 0xffffffff) return undefined;
  if (transport !== "TCP") return { ...common, transport: "udp", extensions: parseExtensions(words.slice(8)) };
  const [, tcpType = ""] = words[8] === "tcptype" ? words.slice(8) : [];
  if (!isTcpType(tcpType)) return undefined;
  return { ...common, transport: "tcp", tcpType, extensions: parseExtensions(words.slice(10)) };
}

/** The line that {@link parseCandidate} reads, without its end. */
export function formatCandidate(candidate: Candidate): string {
  const { foundation, component, transport, priority, address, type, tcpType, extensions } = candidate;
  const words = [foundation, component, transport.toUpperCase(), priority, address.address, address.port, "typ", type];
  if (tcpType !== undefined) words.push("tcptype", tcpType);
  for (const [name, value] of extensions) words.push(name, value);
  return words.join(" ");
}

function parseAddress(host: string, port: string): TransportAddress | undefined {
  if (host.length > MAX_ADDRESS_LENGTH || !NUMBER.test(port) || Number(port) > 65535) return undefined;
  return transportAddress(host, Number(port));
}

function parseExtensions(words: readonly string[]): ReadonlyMap<string, string> {
  const extensions = new Map<string, string>();
  for (let at = 0; at + 1 < words.length && extensions.size < MAX_EXTENSIONS; at += 2) {
    const [name, value] = words.slice(at, at + 2);
    if (name !== undefined && value !== undefined) extensions.set(name, value);
  }
  return extensions;
}

function isCandidateType(word: string): word is CandidateType {
  return word === "host" || word === "srflx" || word === "prflx" || word === "relay";
}

function isTcpType(word: string): word is TcpType {
  return word === "active" || word === "passive" || word === "so";
}
