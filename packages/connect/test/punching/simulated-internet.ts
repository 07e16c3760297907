import type { Scheduler } from "@hashmere/dht";
import type { Udx, UdxSocket, UdxStream } from "../../src/punching/index.ts";

/** One way, ms. */
const DELAY_MS = 20;

/** How a router translates; all of them let in only what answers, address and port alike. */
export type RouterKind = "keeps ports" | "random ports" | "draws one port";

/** An Internet in which every machine sits behind a router of its own. Datagrams take 20 ms of the scheduler's time. */
export class SimulatedInternet {
  readonly #scheduler: Scheduler;
  readonly #routers = new Map<string, Router>();
  datagrams = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** A machine behind a router with that public address. */
  machine(outside: string, kind: RouterKind): Udx {
    const router = new Router(this, outside, kind);
    this.#routers.set(outside, router);
    return { createSocket: () => new Socket(router), createStream: () => new Stream() };
  }

  carry(bytes: Uint8Array, from: Endpoint, to: Endpoint): void {
    this.datagrams++;
    this.#scheduler.at(this.#scheduler.now() + DELAY_MS, () =>
      this.#routers.get(to.host)?.receive(bytes, from, to.port),
    );
  }
}

interface Endpoint {
  readonly host: string;
  readonly port: number;
}

class Router {
  readonly #internet: SimulatedInternet;
  readonly #outside: string;
  readonly #kind: RouterKind;
  readonly #mappings = new Map<string, number>();
  readonly #inside = new Map<number, Socket>();
  readonly #spokenTo = new Set<string>();
  #nextLocal = 5000;
  // A drawn port, far from the local ones; the sequence has the full period of 2^16.
  #drawn = 40_000;

  constructor(internet: SimulatedInternet, outside: string, kind: RouterKind) {
    this.#internet = internet;
    this.#outside = outside;
    this.#kind = kind;
  }

  freePort(): number {
    return this.#nextLocal++;
  }

  send(bytes: Uint8Array, socket: Socket, to: Endpoint): void {
    const port = this.#map(socket, to);
    this.#spokenTo.add(`${port} ${to.host} ${to.port}`);
    this.#internet.carry(bytes, { host: this.#outside, port }, to);
  }

  receive(bytes: Uint8Array, from: Endpoint, port: number): void {
    if (this.#spokenTo.has(`${port} ${from.host} ${from.port}`)) this.#inside.get(port)?.deliver(bytes, from);
  }

  #map(socket: Socket, to: Endpoint): number {
    const key = this.#kind === "random ports" ? `${socket.port} ${to.host} ${to.port}` : `${socket.port}`;
    let port = this.#mappings.get(key);
    if (port === undefined) {
      port = this.#kind === "keeps ports" ? socket.port : this.#draw();
      this.#mappings.set(key, port);
      this.#inside.set(port, socket);
    }
    return port;
  }

  #draw(): number {
    do this.#drawn = (this.#drawn * 25_173 + 13_849) % 65_536;
    while (this.#drawn < 1024 || this.#inside.has(this.#drawn));
    return this.#drawn;
  }
}

class Socket implements UdxSocket {
  readonly #router: Router;
  #listener: (bytes: Uint8Array, from: Endpoint) => void = () => undefined;
  #isOpen = true;
  readonly port: number;

  constructor(router: Router) {
    this.#router = router;
    this.port = router.freePort();
  }

  bind(): void {}

  address(): Endpoint {
    return { host: "0.0.0.0", port: this.port };
  }

  trySend(bytes: Uint8Array, port: number, host: string): void {
    if (this.#isOpen) this.#router.send(Uint8Array.from(bytes), this, { host, port });
  }

  on(_event: "message", listener: (bytes: Uint8Array, from: Endpoint) => void): this {
    this.#listener = listener;
    return this;
  }

  deliver(bytes: Uint8Array, from: Endpoint): void {
    if (this.#isOpen) this.#listener(bytes, from);
  }

  async close(): Promise<void> {
    this.#isOpen = false;
  }
}

/** What is sent over the path is no matter of these tests. */
class Stream implements UdxStream {
  connect(): void {}
  on(): this {
    return this;
  }
  write(): boolean {
    return true;
  }
  end(): this {
    return this;
  }
  pause(): this {
    return this;
  }
  resume(): this {
    return this;
  }
  destroy(): this {
    return this;
  }
}
