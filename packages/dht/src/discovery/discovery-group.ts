import type { Family, SockAddr } from "../address/index.ts";
import { SocketError } from "../errors/index.ts";
import type { Scheduler, Timer } from "../scheduler/index.ts";
import { decodeDiscovery, encodeDiscoveryQuery, encodePublication } from "../wire/index.ts";
import { DISCOVERY_PORT, MulticastSocket } from "./multicast-socket.ts";

/**
 * While searching, rounds are sent at 0, 10, 30 and 70 s, then every minute: OpenDHT stops there, and a node that keeps
 * asking between 10 and 60 s is a good neighbour of all its versions.
 */
export const FIRST_ROUND_DELAY_MS = 10_000;
export const MAX_ROUND_DELAY_MS = 60_000;

/** Queries answered per second and family; a flood in the local network gets no louder through us. */
export const MAX_ANSWERS_PER_SECOND = 64;

/** How to reach the local network. */
export interface DiscoveryGroupOptions {
  readonly scheduler: Scheduler;
  /** UDP port of the group. Default 8888. */
  readonly port?: number;
  /** Default both; a family that the system lacks is left out. */
  readonly families?: readonly Family[];
  /** Interface per family, see `MulticastSocket.open`. Default: the system's choice. */
  readonly interfaces?: Partial<Record<Family, string>>;
}

type ServiceHandler = (data: Uint8Array, from: SockAddr) => void;

/**
 * Finds and announces services in the local network by multicast (OpenDHT wire format, peer discovery). A service is a
 * name with packed MessagePack data; several share one announcement.
 */
export class DiscoveryGroup implements AsyncDisposable {
  readonly #scheduler: Scheduler;
  readonly #sockets: MulticastSocket[] = [];
  readonly #handlers = new Map<string, Set<ServiceHandler>>();
  readonly #published: Record<Family, Map<string, Uint8Array>> = { 4: new Map(), 6: new Map() };
  readonly #answers: Record<Family, { second: number; count: number }> = {
    4: { second: 0, count: 0 },
    6: { second: 0, count: 0 },
  };
  #round: Timer | undefined;

  private constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** @throws SocketError when no family can be opened */
  static async open(options: DiscoveryGroupOptions): Promise<DiscoveryGroup> {
    const discovery = new DiscoveryGroup(options.scheduler);
    const failures: unknown[] = [];
    for (const family of options.families ?? [4, 6]) {
      const socket = await MulticastSocket.open(
        family,
        options.port ?? DISCOVERY_PORT,
        options.interfaces?.[family],
        (datagram, from) => discovery.#receive(family, datagram, from),
      ).catch((error) => void failures.push(error));
      if (socket) discovery.#sockets.push(socket);
    }
    if (discovery.#sockets.length === 0) {
      throw new SocketError("can't join the local discovery group: is there a network interface with multicast?", {
        cause: failures[0],
      });
    }
    return discovery;
  }

  /** Calls `onFound` for each announcement of the service, one's own included. Asks the network at once. */
  discover(service: string, onFound: ServiceHandler): Disposable {
    const handlers = this.#handlers.get(service) ?? new Set();
    this.#handlers.set(service, handlers.add(onFound));
    for (const socket of this.#sockets) socket.sendToGroup(encodeDiscoveryQuery());
    return {
      [Symbol.dispose]: () => {
        handlers.delete(onFound);
      },
    };
  }

  /** Announces the service in one family now, and to everybody who asks. @param data packed MessagePack */
  publish(service: string, family: Family, data: Uint8Array): Disposable {
    const services = this.#published[family];
    services.set(service, data);
    for (const socket of this.#sockets) if (socket.family === family) this.#announce(socket);
    return {
      [Symbol.dispose]: () => {
        if (services.get(service) === data) services.delete(service);
      },
    };
  }

  /** Asks and announces again, at once and then with growing pauses, until `settle()`: the node has lost its network. */
  search(): void {
    this.#round?.cancel();
    this.#runRound(FIRST_ROUND_DELAY_MS);
  }

  /** Ends the repetition: the node has peers again. */
  settle(): void {
    this.#round?.cancel();
    this.#round = undefined;
  }

  /** Joins the groups anew and asks and announces once: the machine has changed its network. */
  connectivityChanged(): void {
    for (const socket of this.#sockets) {
      try {
        socket.join();
      } catch {
        continue; // The interface is gone; the next round tries again.
      }
      socket.sendToGroup(encodeDiscoveryQuery());
      this.#announce(socket);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.settle();
    for (const socket of this.#sockets.splice(0)) await socket.close();
  }

  #runRound(nextDelayMs: number): void {
    this.connectivityChanged();
    this.#round = this.#scheduler.at(this.#scheduler.now() + nextDelayMs, () =>
      this.#runRound(Math.min(nextDelayMs * 2, MAX_ROUND_DELAY_MS)),
    );
  }

  #announce(socket: MulticastSocket): void {
    const services = this.#published[socket.family];
    if (services.size > 0) socket.sendToGroup(encodePublication(services));
  }

  #receive(family: Family, datagram: Uint8Array, from: SockAddr): void {
    const message = decodeDiscovery(datagram);
    if (message?.kind === "query") this.#answer(family, from);
    else if (message?.kind === "publication") {
      for (const [service, data] of message.services) {
        for (const onFound of this.#handlers.get(service) ?? []) onFound(data, from);
      }
    }
  }

  #answer(family: Family, to: SockAddr): void {
    const services = this.#published[family];
    if (services.size === 0 || !this.#mayAnswer(family)) return;
    const publication = encodePublication(services);
    for (const socket of this.#sockets) if (socket.family === family) socket.send(publication, to);
  }

  #mayAnswer(family: Family): boolean {
    const answers = this.#answers[family];
    const second = Math.floor(this.#scheduler.now() / 1000);
    if (answers.second !== second) {
      answers.second = second;
      answers.count = 0;
    }
    return answers.count++ < MAX_ANSWERS_PER_SECOND;
  }
}
