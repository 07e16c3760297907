import type { Family } from "../address/index.ts";
import { DiscoveryGroup, type DiscoveryGroupOptions } from "../discovery/index.ts";
import type { InfoHash } from "../id/index.ts";
import { DHT_SERVICE, decodeDhtService, encodeDhtService, type NodeEntry } from "../wire/index.ts";

export interface LocalNode {
  readonly id: InfoHash;
  readonly network: number;
  /** Bound port per family; undefined where the family isn't open. */
  readonly ports: Readonly<Record<Family, number | undefined>>;
}

export interface LocalDiscoveryOptions extends DiscoveryGroupOptions {
  readonly find: boolean;
  readonly announce: boolean;
}

/** Finds the nodes of the local network that belong to our DHT, and announces ours. */
export async function openLocalDiscovery(
  options: LocalDiscoveryOptions,
  local: LocalNode,
  onFound: (node: NodeEntry) => void,
): Promise<DiscoveryGroup> {
  const discovery = await DiscoveryGroup.open(options);
  if (options.find) {
    discovery.discover(DHT_SERVICE, (data, from) => {
      const service = decodeDhtService(data);
      if (!service || service.network !== local.network || service.id.equals(local.id)) return;
      onFound({ id: service.id, address: from.withPort(service.port) });
    });
  }
  if (options.announce) {
    for (const family of [4, 6] as const) {
      const port = local.ports[family];
      if (port === undefined) continue;
      discovery.publish(DHT_SERVICE, family, encodeDhtService({ id: local.id, port, network: local.network }));
    }
  }
  return discovery;
}
