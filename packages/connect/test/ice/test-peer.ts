import { silentLogger } from "@hashmere/dht";
import { type TransportAddress, transportAddress } from "../../src/address/index.ts";
import type { ConnectError } from "../../src/errors/index.ts";
import {
  type CandidatePair,
  type CandidateType,
  type DatagramBase,
  formatDescription,
  IceAgent,
  type IceDescription,
  type IceFlow,
  type IceRole,
  type LocalCandidate,
  offerCandidates,
  parseDescription,
  randomCredentials,
  type StreamBase,
} from "../../src/ice/index.ts";
import { StunMessage } from "../../src/stun/index.ts";
import type { Receiver, Router, SimulatedNet } from "./simulated-net.ts";

/** An agent with sockets in a simulated net. */
export class TestPeer implements Receiver {
  readonly agent: IceAgent;
  readonly #net: SimulatedNet;
  readonly #credentials;
  readonly #locals: LocalCandidate[] = [];
  /** TCP connections; those that are not selected are closed. */
  readonly connections = new Set<IceFlow>();
  selected: { readonly pair: CandidatePair; readonly flow: IceFlow; readonly time: number } | undefined;
  failure: { readonly error: ConnectError; readonly time: number } | undefined;
  /** What came, in order. */
  readonly received: StunMessage[] = [];

  constructor(net: SimulatedNet, role: IceRole, timeoutMs?: number) {
    this.#net = net;
    this.#credentials = randomCredentials(net.random);
    this.agent = new IceAgent({
      role,
      credentials: this.#credentials,
      sockets: {
        dial: ({ base }, remote, done) => {
          if (base.kind !== "stream") return;
          net.dial(base, remote.address, this, (flow) => {
            if (flow) this.connections.add(flow);
            done(flow);
          });
        },
        datagramFlow: ({ base }, remote) => datagramFlow(base, remote),
      },
      scheduler: net.scheduler,
      random: net.random,
      log: silentLogger,
      timeoutMs,
      onSelected: (pair, flow) => {
        this.selected = { pair, flow, time: net.scheduler.now() };
        for (const other of this.connections) if (other !== flow) net.breakFlow(other);
      },
      onFailed: (error) => {
        this.failure = { error, time: net.scheduler.now() };
      },
    });
  }

  /** Accepts and opens TCP connections at this address. */
  host(address: string, { isListening = true, type = "host" as CandidateType } = {}): this {
    const passive = addressOf(address, 5000 + this.#locals.length);
    const active = { ...passive, port: 9 };
    const listener = isListening ? this.#net.listen(passive, this) : idleBase(passive);
    this.#locals.push({ transport: "tcp", type, tcpType: "passive", address: passive, base: listener });
    this.#locals.push({ transport: "tcp", type, tcpType: "active", address: active, base: idleBase(active) });
    return this;
  }

  /** A fixed port from which it dials while the other side dials it. */
  punching(address: string): this {
    const at = addressOf(address, 5000 + this.#locals.length);
    this.#locals.push({ transport: "tcp", type: "srflx", tcpType: "so", address: at, base: idleBase(at) });
    return this;
  }

  /** A candidate that only accepts, as those of relays do. */
  relay(address: string, port = 6000): this {
    const relayed = addressOf(address, port);
    const base = this.#net.listen(relayed, this);
    this.#locals.push({ transport: "tcp", type: "relay", tcpType: "passive", address: relayed, base });
    return this;
  }

  /** A UDP socket, with the address that the world sees when a router is between; of a symmetric one the port is a guess. */
  udp(address: string, router?: Router, { guesses = false } = {}): this {
    const local = addressOf(address, 7000 + this.#locals.length);
    const base = this.#net.bind(local, this, router);
    this.#locals.push({ transport: "udp", type: "host", address: local, base });
    if (router && (guesses || !router.isSymmetric)) {
      this.#locals.push({ transport: "udp", type: "srflx", address: { ...local, address: router.address }, base });
    }
    return this;
  }

  get description(): string {
    return formatDescription({ ...this.#credentials, candidates: offerCandidates(this.#locals) });
  }

  /** @param change spoils or extends what was received */
  start(remote: string, change: (description: IceDescription) => IceDescription = (description) => description): void {
    const description = parseDescription(remote);
    if (description === undefined) throw new Error("no description");
    this.agent.start(offerCandidates(this.#locals), change(description));
  }

  message(flow: IceFlow, bytes: Uint8Array): void {
    if (flow.base.kind === "stream") this.connections.add(flow);
    const message = StunMessage.parse(bytes);
    if (message) this.received.push(message);
    this.agent.receive(flow, bytes);
  }

  closed(flow: IceFlow): void {
    this.connections.delete(flow);
    this.agent.flowClosed(flow);
  }
}

/** Lets both work until both have an outcome, or nothing happens any more. */
export function settle(net: SimulatedNet, ...peers: readonly TestPeer[]): void {
  while (peers.some(({ selected, failure }) => !selected && !failure) && net.scheduler.step());
}

export function addressOf(host: string, port: number): TransportAddress {
  const address = transportAddress(host, port);
  if (address === undefined) throw new Error(`${host} is no address`);
  return address;
}

function idleBase(local: TransportAddress): StreamBase {
  return { kind: "stream", local, close: () => {} };
}

function datagramFlow(base: StreamBase | DatagramBase, remote: TransportAddress): IceFlow {
  if (base.kind !== "datagram") throw new Error("no UDP socket");
  return { base, remote, send: (bytes) => base.send(bytes, remote) };
}
