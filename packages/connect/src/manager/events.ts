import type { Certificate } from "@hashmere/crypto";
import type { PkId } from "@hashmere/dht";
import type { ConnectError } from "../errors/index.ts";
import type { Channel } from "../mux/index.ts";
import type { ConnectionInfo } from "./connection-info.ts";

/** A connection is being made, is up, or is over. */
export class ConnectionEvent extends Event {
  readonly connection: ConnectionInfo;
  /** Why it failed or broke; undefined while it lives, and after an end in good order. */
  readonly error: ConnectError | undefined;

  constructor(connection: ConnectionInfo, error?: ConnectError) {
    super("connection");
    this.connection = connection;
    this.error = error;
  }
}

/** A channel is open, whichever side asked for it. */
export class ChannelReadyEvent extends Event {
  readonly deviceId: PkId;
  readonly channel: Channel;

  constructor(deviceId: PkId, channel: Channel) {
    super("channel");
    this.deviceId = deviceId;
    this.channel = channel;
  }
}

/** The first link to a device is up; no channel has been asked for on it yet. */
export class NewDeviceEvent extends Event {
  readonly certificate: Certificate;
  readonly deviceId: PkId;

  constructor(deviceId: PkId, certificate: Certificate) {
    super("newdevice");
    this.deviceId = deviceId;
    this.certificate = certificate;
  }
}

/** Somebody wanted a connection and did not get it. */
export class RefusedEvent extends Event {
  readonly deviceId: PkId;
  readonly reason: string;

  constructor(deviceId: PkId, reason: string) {
    super("refused");
    this.deviceId = deviceId;
    this.reason = reason;
  }
}

/** The events of a manager by their names. */
export interface ConnectionManagerEventMap {
  readonly connection: ConnectionEvent;
  readonly channel: ChannelReadyEvent;
  readonly newdevice: NewDeviceEvent;
  readonly refused: RefusedEvent;
}
