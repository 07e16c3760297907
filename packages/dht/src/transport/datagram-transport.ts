import type { Family, SockAddr } from "../address/index.ts";
import type { SocketError } from "../errors/index.ts";

/** What a transport reports to the node that owns it. */
export interface DatagramReceiver {
  /** `datagram` is valid during the call only. */
  onDatagram(datagram: Uint8Array, from: SockAddr): void;
  /** The system says that nothing can reach `to` (no route, not permitted, wrong family): waiting for an answer is vain. */
  onUnreachable(to: SockAddr): void;
}

/**
 * The way a node sends and receives, one endpoint per address family. `UdpTransport` is the usual one; anything that
 * carries datagrams can take its place.
 */
export interface DatagramTransport {
  /** Opens the endpoints. @throws SocketError when none can be opened. */
  open(receiver: DatagramReceiver): Promise<void>;
  /** The local address of a family; undefined where that family isn't open. */
  bound(family: Family): SockAddr | undefined;
  /** Why a family that was asked for isn't open. */
  failure?(family: Family): SocketError | undefined;
  /**
   * Never throws. The transport may keep `datagram` until it is on the wire: nobody writes to it any more.
   * @param expectsAnswer a request: report it through `onUnreachable` when the system refuses to send it
   */
  send(datagram: Uint8Array, to: SockAddr, expectsAnswer: boolean): void;
  close(): Promise<void>;
}
