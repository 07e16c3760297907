import { InfoHash, type NodeStatus, SockAddr } from "@hashmere/dht/engine";
import { isJsonObject, type Json, readJson } from "../json/index.ts";

/** What a proxy tells about its node. */
export interface ProxyInfo {
  readonly nodeId: InfoHash;
  readonly status4: NodeStatus;
  readonly status6: NodeStatus;
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
  return {
    nodeId,
    status4: statusOf(json.ipv4),
    status6: statusOf(json.ipv6),
    publicAddress: typeof json.public_ip === "string" ? unmapped(json.public_ip) : undefined,
  };
}

/** How well the proxy's node is connected in one family. */
function statusOf(json: Json | undefined): NodeStatus {
  if (json === undefined || !isJsonObject(json)) return "disconnected";
  if (isPositive(json.good)) return "connected";
  return isPositive(json.dubious) ? "connecting" : "disconnected";
}

function isPositive(json: Json | undefined): boolean {
  return typeof json === "number" && json > 0;
}

/** A socket for both families shows IPv4 peers as `::ffff:127.0.0.1`. */
function unmapped(text: string): SockAddr | undefined {
  return SockAddr.fromHost(text.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, ""), 0);
}
