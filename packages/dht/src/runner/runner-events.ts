import type { SockAddr } from "../address/index.ts";
import type { DhtError } from "../errors/index.ts";
import type { NodeStatus } from "../node/index.ts";

/** The tie to the network changed, in one family at least. */
export class StatusChangeEvent extends Event {
  readonly status4: NodeStatus;
  readonly status6: NodeStatus;

  constructor(status4: NodeStatus, status6: NodeStatus) {
    super("statuschange");
    this.status4 = status4;
    this.status6 = status6;
  }
}

/** Other nodes see us under another address than before. */
export class PublicAddressChangeEvent extends Event {
  /** Most reported first, the changed family first; ports are 0, because nobody reports them. */
  readonly addresses: readonly SockAddr[];

  constructor(addresses: readonly SockAddr[]) {
    super("publicaddresschange");
    this.addresses = addresses;
  }
}

/** Our certificate was published for the first time in this run, or (not `ok`) nobody took it. */
export class IdentityAnnouncedEvent extends Event {
  readonly ok: boolean;

  constructor(ok: boolean) {
    super("identityannounced");
    this.ok = ok;
  }
}

/**
 * Something went wrong that ends nothing: a family without socket, a state file that can't be read, no local discovery, a
 * host without address, or another node that refuses what it is asked (`DhtProtocolError`).
 */
export class DhtErrorEvent extends Event {
  readonly error: DhtError;

  constructor(error: DhtError) {
    super("error");
    this.error = error;
  }
}

/** The events of a node by their names. */
export interface DhtRunnerEventMap {
  readonly statuschange: StatusChangeEvent;
  readonly publicaddresschange: PublicAddressChangeEvent;
  readonly identityannounced: IdentityAnnouncedEvent;
  readonly error: DhtErrorEvent;
}
