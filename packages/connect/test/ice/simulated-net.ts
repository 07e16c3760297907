import type { RandomSource } from "@hashmere/dht";
import { SeededRandom } from "../../../dht/src/random/index.ts";
import { VirtualScheduler } from "../../../dht/src/scheduler/index.ts";
import { formatTransportAddress, type TransportAddress } from "../../src/address/index.ts";
import type { DatagramBase, IceFlow, StreamBase } from "../../src/ice/index.ts";

/** Who takes what arrives at a socket: connections, and messages on flows. */
export interface Receiver {
  message(flow: IceFlow, bytes: Uint8Array): void;
  closed(flow: IceFlow): void;
}

/**
 * An internet in memory and in virtual time. TCP connections are refused where nobody listens, and never answered at an
 * address that is silent, unless both sides dial each other there; datagrams get lost, and pass routers that translate
 * and filter.
 */
export class SimulatedNet {
  readonly scheduler = new VirtualScheduler();
  readonly random: RandomSource;
  /** One way. */
  readonly delayMs: number;
  /** Share of datagrams that get lost. */
  readonly loss: number;
  readonly silent = new Set<string>();
  readonly #listeners = new Map<string, { readonly base: StreamBase; readonly receiver: Receiver }>();
  readonly #datagramSockets = new Map<string, DatagramSocket>();
  readonly #routers = new Map<string, Router>();
  readonly #meeting = new Map<string, { readonly end: SimulatedEnd; readonly done: (flow: IceFlow) => void }>();
  readonly #ends = new Map<IceFlow, SimulatedEnd>();
  #nextPort = 40_000;
  /** TCP connections that were asked for, in order. */
  readonly dialled: string[] = [];

  constructor({ seed = 1, delayMs = 20, loss = 0 } = {}) {
    this.random = new SeededRandom(seed);
    this.delayMs = delayMs;
    this.loss = loss;
  }

  listen(local: TransportAddress, receiver: Receiver): StreamBase {
    const base: StreamBase = { kind: "stream", local, close: () => {} };
    this.#listeners.set(formatTransportAddress(local), { base, receiver });
    return base;
  }

  dial(
    base: StreamBase,
    remote: TransportAddress,
    receiver: Receiver,
    done: (flow: IceFlow | undefined) => void,
  ): void {
    const to = formatTransportAddress(remote);
    this.dialled.push(to);
    if (this.silent.has(remote.address)) {
      this.#meet(base, remote, receiver, done);
      return;
    }
    const listener = this.#listeners.get(to);
    if (listener === undefined) {
      this.#after(2 * this.delayMs, () => done(undefined));
      return;
    }
    const near = new SimulatedEnd(this, base, remote, receiver);
    const far = new SimulatedEnd(this, listener.base, { ...base.local, port: this.#nextPort++ }, listener.receiver);
    this.#join(near, far);
    this.#after(2 * this.delayMs, () => done(near.flow));
  }

  /** Simultaneous open: what two sides dial at each other's fixed ports becomes one connection. */
  #meet(base: StreamBase, remote: TransportAddress, receiver: Receiver, done: (flow: IceFlow) => void): void {
    const [from, to] = [formatTransportAddress(base.local), formatTransportAddress(remote)];
    const other = this.#meeting.get(`${to} ${from}`);
    const end = new SimulatedEnd(this, base, remote, receiver);
    if (other === undefined) {
      this.#meeting.set(`${from} ${to}`, { end, done });
      return;
    }
    this.#join(end, other.end);
    this.#after(2 * this.delayMs, () => done(end.flow));
    this.#after(3 * this.delayMs, () => other.done(other.end.flow));
  }

  #join(a: SimulatedEnd, b: SimulatedEnd): void {
    a.other = b;
    b.other = a;
    for (const end of [a, b]) this.#ends.set(end.flow, end);
  }

  /** As when one side resets it: what is under way is lost, and the other one learns of it. */
  breakFlow(flow: IceFlow): void {
    const end = this.#ends.get(flow);
    for (const broken of [end, end?.other]) if (broken) broken.isOpen = false;
    this.#after(this.delayMs, () => end?.other?.receiver.closed(end.other.flow));
    end?.receiver.closed(flow);
  }

  /** Whether these are the two ends of one TCP connection. */
  areEnds(a: IceFlow, b: IceFlow): boolean {
    return this.#ends.get(a)?.other?.flow === b;
  }

  bind(local: TransportAddress, receiver: Receiver, router?: Router): DatagramBase {
    const base: DatagramBase = {
      kind: "datagram",
      local,
      send: (bytes, remote) => this.#sendDatagram(base, bytes, remote, router),
      onDatagram: () => {},
      connect: () => {
        throw new Error("nothing flows here");
      },
      close: () => {},
    };
    this.#datagramSockets.set(formatTransportAddress(local), { base, receiver, router });
    if (router) this.#routers.set(router.address, router);
    return base;
  }

  deliver(bytes: Uint8Array, to: () => void): void {
    if (bytes.length > 0) this.#after(this.delayMs, to);
  }

  #sendDatagram(base: DatagramBase, bytes: Uint8Array, remote: TransportAddress, router: Router | undefined): void {
    const from = router ? router.translate(base.local, remote) : base.local;
    if (this.random.uint32() / 2 ** 32 < this.loss) return;
    this.#after(this.delayMs, () => {
      const atRouter = this.#routers.get(remote.address);
      const destination = atRouter ? atRouter.admit(remote, from) : remote;
      const socket = destination && this.#datagramSockets.get(formatTransportAddress(destination));
      if (socket === undefined || (!atRouter && socket.router && socket.router !== router)) return;
      const flow = { base: socket.base, remote: from, send: (answer: Uint8Array) => socket.base.send(answer, from) };
      socket.receiver.message(flow, bytes);
    });
  }

  #after(delayMs: number, task: () => void): void {
    this.scheduler.at(this.scheduler.now() + delayMs, task);
  }
}

interface DatagramSocket {
  readonly base: DatagramBase;
  readonly receiver: Receiver;
  /** Its own address means something only behind the same one. */
  readonly router: Router | undefined;
}

class SimulatedEnd {
  readonly flow: IceFlow;
  readonly receiver: Receiver;
  other: SimulatedEnd | undefined;
  isOpen = true;

  constructor(net: SimulatedNet, base: StreamBase, remote: TransportAddress, receiver: Receiver) {
    this.receiver = receiver;
    this.flow = {
      base,
      remote,
      send: (bytes) => {
        const { other } = this;
        if (other) net.deliver(bytes, () => other.isOpen && other.receiver.message(other.flow, bytes));
      },
    };
  }
}

/** A home router that admits only whom somebody inside has sent something to, address and port. */
export class Router {
  readonly address: string;
  /** Symmetric ones use another port for each destination. */
  readonly isSymmetric: boolean;
  /** Others let in what comes from an address to which something has gone, from whichever port. */
  readonly #restrictsPorts: boolean;
  readonly #mappings = new Map<
    string,
    { readonly inside: TransportAddress; readonly port: number; readonly peers: Set<string> }
  >();
  #nextPort = 50_000;

  constructor(address: string, { isSymmetric = false, restrictsPorts = true } = {}) {
    this.address = address;
    this.isSymmetric = isSymmetric;
    this.#restrictsPorts = restrictsPorts;
  }

  translate(inside: TransportAddress, remote: TransportAddress): TransportAddress {
    const to = formatTransportAddress(remote);
    const key = formatTransportAddress(inside) + (this.isSymmetric ? ` ${to}` : "");
    const port = this.isSymmetric ? this.#nextPort++ : inside.port;
    const mapping = this.#mappings.get(key) ?? { inside, port, peers: new Set() };
    this.#mappings.set(key, mapping);
    mapping.peers.add(this.#restrictsPorts ? to : remote.address);
    return { address: this.address, port: mapping.port, family: inside.family };
  }

  admit(to: TransportAddress, from: TransportAddress): TransportAddress | undefined {
    const peer = this.#restrictsPorts ? formatTransportAddress(from) : from.address;
    return [...this.#mappings.values()].find(({ port, peers }) => port === to.port && peers.has(peer))?.inside;
  }
}
