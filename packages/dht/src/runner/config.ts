import type { Identity, TrustList } from "@hashmere/crypto";
import { type Family, SockAddr, splitHostPort } from "../address/index.ts";
import { SocketError } from "../errors/index.ts";
import { InfoHash } from "../id/index.ts";
import type { Logger } from "../log/index.ts";
import type { DhtNodeOptions } from "../node/index.ts";
import type { RandomSource } from "../random/index.ts";
import type { Scheduler } from "../scheduler/index.ts";
import type { CertificateStore } from "../secure/index.ts";
import type { DatagramTransport } from "../transport/index.ts";
import type { ProxyBackendFactory, ProxySettings } from "./proxy/proxy-backend.ts";

/** What a running node hands on to the engine as it is; see there. */
type EngineConfig = Pick<
  DhtNodeOptions,
  | "network"
  | "isBootstrap"
  | "maintainStorage"
  | "maxReqPerSec"
  | "maxPeerReqPerSec"
  | "maxSearches"
  | "maxStoreSize"
  | "maxLocalStoreSize"
  | "maxStoreKeys"
  | "publicStable"
  | "clientMode"
>;

/** How a node behaves in its network. Every limit takes −1 or Infinity for "none", and 0 for its default. */
export interface NodeConfig extends EngineConfig {
  /** Default: the id of the state file, else the one that follows from the identity, else a random one. */
  readonly nodeId?: InfoHash | undefined;
  /** State file: node id, known nodes and held values, read by `run()` and written by `shutdown()`. Default: none. */
  readonly persistPath?: string | undefined;
}

/** How a node meets the world: sockets, identity, bootstrap, files. All of it may be left out. */
export interface DhtRunnerConfig extends NodeConfig {
  /** UDP port of both families. Default 0: any free one. Not used for an address given by `bind4` or `bind6`. */
  readonly port?: number | undefined;
  /** IPv4 address to bind, null for no IPv4. Default: all addresses. */
  readonly bind4?: SockAddr | string | null | undefined;
  /** IPv6 address to bind, null for no IPv6. Default: all addresses. */
  readonly bind6?: SockAddr | string | null | undefined;
  /**
   * A private key and its certificate: to sign and decrypt values with. The certificate is published when the node is
   * connected, and the node id follows from the key where none is given. Default: none.
   */
  readonly identity?: Identity | undefined;
  /** Remember the keys of all owners of signed values found, so that they can be written to by their id. Default false. */
  readonly certCacheAll?: boolean | undefined;
  /** Asked for certificates before the network is. */
  readonly certificateStore?: CertificateStore | undefined;
  /** Certificates found must be trusted by it. Default: any certificate of the right key is taken. */
  readonly trust?: TrustList | undefined;
  /** `host[:port]` of one or several nodes to join through, tried until one answers; port 4222 where none is given. */
  readonly bootstrap?: string | Iterable<string> | undefined;
  /**
   * Notice within a second when the addresses of this machine change (a cable, another Wi-Fi, a VPN), and act as on
   * `connectivityChanged()`. Default true; false where `socket` is given.
   */
  readonly watchNetwork?: boolean | undefined;
  /** Look for nodes in the local network. Default false. */
  readonly peerDiscovery?: boolean | undefined;
  /** Announce this node in the local network. Default false. */
  readonly peerPublish?: boolean | undefined;
  /**
   * The client of proxies, for `enableProxy`: `proxyBackend` of `@hashmere/proxy/client`. Default: there is none, and this
   * node acts by itself alone.
   */
  readonly proxy?: ProxyBackendFactory | undefined;
  /**
   * Act through this proxy from the start, `http(s)://host[:port]`, without a socket until this node acts by itself (but with
   * one where it is to find, or be found, in the local network). Default: by itself.
   */
  readonly proxyServer?: string | undefined;
  /** What this node calls itself to proxies. */
  readonly pushNodeId?: string | undefined;
  /** Device token: the proxy pushes there what happens under the keys listened to. Default: it is asked for a stream. */
  readonly pushToken?: string | undefined;
  readonly pushTopic?: string | undefined;
  readonly pushPlatform?: string | undefined;
  readonly proxyUserAgent?: string | undefined;
  /** Default: silence. */
  readonly logger?: Logger | undefined;
  /** Another way to carry datagrams than UDP sockets. */
  readonly socket?: DatagramTransport | undefined;
  /** Another clock than the system's. */
  readonly clock?: Scheduler | undefined;
  /** Another source of chance than the system's. */
  readonly random?: RandomSource | undefined;
}

const LIMITS = [
  "maxReqPerSec",
  "maxPeerReqPerSec",
  "maxSearches",
  "maxStoreSize",
  "maxLocalStoreSize",
  "maxStoreKeys",
] as const satisfies readonly (keyof NodeConfig)[];

/** @throws RangeError for a number that can't be meant, TypeError for a node id that is none */
export function checkConfig(config: DhtRunnerConfig): void {
  checkUnsigned("port", config.port, 0xffff);
  checkUnsigned("network", config.network, 0xffff_ffff);
  for (const limit of LIMITS) {
    if (Number.isNaN(config[limit])) throw new RangeError(`${limit} is no number: −1 or Infinity lifts the limit`);
  }
  if (config.nodeId !== undefined && !(config.nodeId instanceof InfoHash))
    throw new TypeError("nodeId is no InfoHash: InfoHash.fromHex() makes one of text");
}

/** Which proxy to act through, and as whom. */
export function proxySettings(config: DhtRunnerConfig): ProxySettings {
  const { proxyServer = "", pushNodeId, pushToken, pushTopic, pushPlatform, proxyUserAgent, clock, random } = config;
  return {
    url: proxyServer,
    clientId: pushNodeId,
    pushToken,
    topic: pushTopic,
    platform: pushPlatform,
    userAgent: proxyUserAgent,
    clock,
    random,
  };
}

/**
 * The hosts to join through.
 * @throws TypeError as `parseHostPort` does
 */
export function bootstrapHosts({ bootstrap = [] }: DhtRunnerConfig): ReturnType<typeof parseHostPort>[] {
  const hosts = typeof bootstrap === "string" ? [bootstrap] : [...bootstrap];
  return hosts.map((host) => parseHostPort(host));
}

/**
 * The local address to bind for a family; null when the family is not wanted.
 * @throws SocketError when the text is no address of that family
 */
export function bindAddress(config: DhtRunnerConfig, family: Family): SockAddr | null {
  const wanted = family === 4 ? config.bind4 : config.bind6;
  if (wanted === null) return null;
  const port = config.port ?? 0;
  if (wanted === undefined) return family === 4 ? SockAddr.ipv4(0, port) : SockAddr.ipv6(0, 0, 0, 0, port);
  const address = typeof wanted === "string" ? SockAddr.parse(wanted, port) : wanted;
  if (address?.family !== family) throw new SocketError(`bind${family}: "${wanted}" is no IPv${family} address`);
  return address;
}

/**
 * `host`, `host:port` or `[IPv6]:port`; port 4222 where none is given.
 * @throws TypeError when there is no host, or the port is no number of 1 … 65535
 */
export function parseHostPort(text: string, defaultPort?: number): { readonly host: string; readonly port: number } {
  const { host, port } = splitHostPort(text, defaultPort);
  if (host === "" || !port) throw new TypeError(`"${text}" is no host[:port]`);
  return { host, port };
}

function checkUnsigned(name: string, value: number | undefined, max: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= 0 && value <= max)) return;
  throw new RangeError(`${name} ${value} must be a whole number in 0 … ${max}`);
}
