import { InfoHash, type NodeStats, type NodeStatus, SockAddr } from "@hashmere/dht/engine";
import { isJsonObject, type Json, readJson } from "../json/index.ts";

/** What a proxy tells about its node. */
export interface ProxyInfo {
  readonly nodeId: InfoHash;
  /** Another after each start of the proxy; undefined where it doesn't tell, as OpenDHT's own. */
  readonly instance: string | undefined;
  readonly status4: NodeStatus;
  readonly status6: NodeStatus;
  readonly stats4: NodeStats;
  readonly stats6: NodeStats;
  /** As whom the proxy sees us; port 0, as nobody reports it. */
  readonly publicAddress: SockAddr | undefined;
}

/** Undefined when the text is no information of a proxy: what names no node is none. */
export function readProxyInfo(text: string): ProxyInfo | undefined {
  let json: Json;
  try {
    json = readJson(text);
  } catch {
    return undefined;
  }
  if (!isJsonObject(json) || typeof json.node_id !== "string") return undefined;
  const nodeId = InfoHash.tryFromHex(json.node_id);
  if (nodeId.isZero()) return undefined;
  const stats4 = statsOf(json.ipv4);
  const stats6 = statsOf(json.ipv6);
  return {
    nodeId,
    instance: typeof json.instance === "string" ? json.instance : undefined,
    status4: statusOf(stats4),
    status6: statusOf(stats6),
    stats4,
    stats6,
    publicAddress: typeof json.public_ip === "string" ? unmapped(json.public_ip) : undefined,
  };
}

/** Whether who answered first has forgotten what it was told by the time of the second answer, or is somebody else. */
export function isAnotherProxy(earlier: ProxyInfo, later: ProxyInfo): boolean {
  return !earlier.nodeId.equals(later.nodeId) || earlier.instance !== later.instance;
}

/** Of one family. What proxies don't tell, or tell wrongly, is 0. */
export function statsOf(json: Json | undefined): NodeStats {
  const count = (name: string): number => {
    const number = json !== undefined && isJsonObject(json) ? json[name] : 0;
    return typeof number === "number" && number > 0 ? number : 0;
  };
  return {
    goodNodes: count("good"),
    dubiousNodes: count("dubious"),
    incomingNodes: count("incoming"),
    tableDepth: count("table_depth"),
    cachedNodes: 0,
    searches: 0,
    nodeCacheSize: 0,
  };
}

/** How well the proxy's node is connected. */
function statusOf({ goodNodes, dubiousNodes }: NodeStats): NodeStatus {
  if (goodNodes > 0) return "connected";
  return dubiousNodes > 0 ? "connecting" : "disconnected";
}

/** A socket for both families shows IPv4 peers as `::ffff:127.0.0.1`. */
function unmapped(text: string): SockAddr | undefined {
  return SockAddr.fromHost(text.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, ""), 0);
}
