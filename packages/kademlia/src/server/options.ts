import type { AddressBook } from "../address/index.ts";
import type { NodeParameters } from "../node/index.ts";
import type { Transport } from "../rpc/index.ts";
import type { Storage } from "../storage/index.ts";
import type { DatagramReceiver } from "../transport/index.ts";

/** How a server takes its part. All of it may be left out. */
export interface ServerOptions extends NodeParameters {
  /** Where to keep what is held for others. Default: memory. It belongs to the server, which closes it in `stop`. */
  readonly storage?: Storage | undefined;
  /** Instead of a UDP socket of its own. */
  readonly transport?: ServerTransport | undefined;
}

/** What carries a server's datagrams. */
export interface ServerTransport extends Transport {
  readonly book: AddressBook;
  onDatagram(receiver: DatagramReceiver): void;
  /** Returns the port. */
  open(port: number, host: string): Promise<number>;
  close(): Promise<void>;
}
