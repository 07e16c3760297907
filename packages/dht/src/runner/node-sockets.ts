import type { Family, SockAddr } from "../address/index.ts";
import type { SocketError } from "../errors/index.ts";
import { type DatagramReceiver, type DatagramTransport, UdpTransport } from "../transport/index.ts";
import { bindAddress, type DhtRunnerConfig } from "./config.ts";
import { readPorts, writePorts } from "./files/port-file.ts";

/** The sockets of one run of a node: open from its start, or, where it acts through a proxy, from when it needs them. */
export class NodeSockets implements DatagramReceiver {
  /** Who gets what arrives. Before there is one, it is dropped: sockets may be open before the engine is there. */
  receiver: DatagramReceiver | undefined;
  readonly #config: DhtRunnerConfig;
  readonly #transport: DatagramTransport;
  #opening: Promise<void> | undefined;
  #areOpen = false;

  /** Closed as yet. @throws SocketError when an address in the configuration makes no sense */
  static async prepare(config: DhtRunnerConfig): Promise<NodeSockets> {
    const { socket, persistPath } = config;
    const transport =
      socket ??
      new UdpTransport({
        bind4: bindAddress(config, 4),
        bind6: bindAddress(config, 6),
        // Ports of the last run are a wish, not a demand: when one is taken, any other serves (node document §14.3).
        wish: persistPath ? await readPorts(persistPath) : undefined,
      });
    return new NodeSockets(config, transport);
  }

  private constructor(config: DhtRunnerConfig, transport: DatagramTransport) {
    this.#config = config;
    this.#transport = transport;
  }

  get areOpen(): boolean {
    return this.#areOpen;
  }

  /** The families that are open; as long as none is, those that are asked for. */
  get families(): Readonly<Record<Family, boolean>> {
    const { bind4, bind6 } = this.#config;
    if (!this.#areOpen) return { 4: bind4 !== null, 6: bind6 !== null };
    return { 4: this.bound(4) !== undefined, 6: this.bound(6) !== undefined };
  }

  /** Opens them and notes their ports beside the state file; nothing when they are open. @throws SocketError, StateFileError */
  open(): Promise<void> {
    this.#opening ??= this.#open().catch((error) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  bound(family: Family): SockAddr | undefined {
    return this.#transport.bound(family);
  }

  /** Why a family has no socket. */
  failure(family: Family): SocketError | undefined {
    return this.#transport.failure?.(family);
  }

  /** Why families have no socket. That a machine doesn't have one that nobody asked for by name is no news. */
  get missed(): SocketError[] {
    const asked = { 4: this.#config.bind4, 6: this.#config.bind6 };
    return ([4, 6] as const).flatMap((family) => {
      const error = this.failure(family);
      if (error === undefined || (asked[family] === undefined && isFamilyUnknown(error))) return [];
      return error;
    });
  }

  send(datagram: Uint8Array, to: SockAddr, expectsAnswer: boolean): void {
    if (this.#areOpen) this.#transport.send(datagram, to, expectsAnswer);
  }

  onDatagram(datagram: Uint8Array, from: SockAddr): void {
    this.receiver?.onDatagram(datagram, from);
  }

  onUnreachable(to: SockAddr): void {
    this.receiver?.onUnreachable(to);
  }

  async close(): Promise<void> {
    await this.#opening?.catch(() => {}); // who opened them has heard of it
    await this.#transport.close();
  }

  async #open(): Promise<void> {
    await this.#transport.open(this);
    const { persistPath } = this.#config;
    try {
      if (persistPath) await writePorts(persistPath, this.bound(4), this.bound(6));
    } catch (error) {
      await this.#transport.close();
      throw error;
    }
    this.#areOpen = true;
  }
}

function isFamilyUnknown({ cause }: SocketError): boolean {
  return cause instanceof Error && "code" in cause && cause.code === "EAFNOSUPPORT";
}
