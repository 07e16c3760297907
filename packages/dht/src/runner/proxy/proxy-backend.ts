import type { Family, SockAddr } from "../../address/index.ts";
import type { DhtError } from "../../errors/index.ts";
import type { InfoHash } from "../../id/index.ts";
import type { NodeOperations, NodeStats, NodeStatus } from "../../node/index.ts";
import type { RandomSource } from "../../random/index.ts";
import type { Scheduler } from "../../scheduler/index.ts";
import type { PushNotificationResult } from "./push-notification.ts";

/** Whom a proxy's pushes are for. */
export interface PushSettings {
  /** Device token, or the URL of a UnifiedPush endpoint. Empty: no pushes. */
  readonly pushToken?: string | undefined;
  readonly topic?: string | undefined;
  /** `android`, `ios` or `unifiedpush`. */
  readonly platform?: string | undefined;
  /** Names this client among those with the same token. */
  readonly clientId?: string | undefined;
}

/** Which proxy a node acts through, and as whom. */
export interface ProxySettings extends PushSettings {
  readonly url: string;
  readonly userAgent?: string | undefined;
  readonly clock?: Scheduler | undefined;
  readonly random?: RandomSource | undefined;
}

/** The client of a proxy, in the place of a node. */
export interface ProxyBackend extends NodeOperations {
  /** The id of the proxy's node; zero until it is known. */
  readonly id: InfoHash;
  readonly publicAddresses: SockAddr[];
  /** Of the proxy's node. */
  stats(family: Family): NodeStats;
  /** A look at the proxy is over: operations that waited for its outcome may begin. A change is told by `onStatus`. */
  readonly isReady: boolean;
  connectivityChanged(): void;
  setPush(changes: Omit<PushSettings, "clientId">): void;
  pushNotificationReceived(data: Readonly<Record<string, unknown>>): Promise<PushNotificationResult>;
  /** Ends everything; what listeners know is reported expired. */
  close(): void;
}

/** What a proxy's client tells its owner. */
export interface ProxyBackendEvents {
  onStatus(status4: NodeStatus, status6: NodeStatus): void;
  onPublicAddress(addresses: readonly SockAddr[]): void;
  /** There is no proxy to be had, and why; told once, until there is one again. */
  onError(error: DhtError): void;
}

/** Makes the client of a proxy: `proxyBackend` of `@hashmere/proxy/client`, on which this package doesn't depend. */
export type ProxyBackendFactory = (settings: ProxySettings, events: ProxyBackendEvents) => ProxyBackend;
