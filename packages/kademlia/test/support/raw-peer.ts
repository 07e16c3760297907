import type { Address } from "../../src/address/index.ts";
import { NodeId } from "../../src/id/index.ts";
import type { Testnet } from "../../src/testnet/index.ts";
import {
  type Answer,
  encodeAnswer,
  encodeRequest,
  openMessage,
  parseRequest,
  type Request,
} from "../../src/wire/index.ts";

/** A peer driven by hand: it records what it gets and answers as it is told to. */
export class RawPeer {
  readonly address: Address;
  readonly id: NodeId;
  /** Everything that arrived. */
  readonly datagrams: Uint8Array[] = [];
  /** What it answers to a request; undefined is silence, bytes are the payload as they are. */
  onRequest: (request: Request) => Answer | Uint8Array | undefined = () => undefined;
  readonly #net: Testnet;
  #nextMessageId = 1;

  constructor(net: Testnet, id: NodeId = NodeId.fromHex("11".repeat(20)), address: Address = net.nextAddress()) {
    this.#net = net;
    this.id = id;
    this.address = address;
    net.network.attach(address, (datagram, from) => this.#receive(datagram, from));
  }

  /** A peer of another make: it knows the five methods, stores nothing and knows nobody but `neighbours`. */
  static plain(net: Testnet, id: NodeId, neighbours: readonly { id: NodeId; address: Address }[] = []): RawPeer {
    const peer = new RawPeer(net, id);
    peer.onRequest = (request) => peer.plainAnswer(request, neighbours);
    return peer;
  }

  plainAnswer(request: Request, neighbours: readonly { id: NodeId; address: Address }[] = []): Answer | undefined {
    switch (request.method) {
      case "ping":
        return { kind: "id", id: this.id };
      case "store":
        return { kind: "stored", stored: true };
      case "find_node":
      case "find_value":
        return { kind: "nodes", nodes: neighbours };
      default:
        return undefined;
    }
  }

  send(datagram: Uint8Array, to: Address): void {
    this.#net.network.send(datagram, this.address, to);
  }

  sendRequest(request: Request, to: Address): void {
    const id = new Uint8Array(20);
    id[19] = this.#nextMessageId++;
    this.send(encodeRequest(id, request), to);
  }

  get requests(): Request[] {
    return this.datagrams.filter((datagram) => datagram[0] === 0).map(parseRequest);
  }

  get answers(): Uint8Array[] {
    return this.datagrams.filter((datagram) => datagram[0] === 1);
  }

  requestsOf<M extends Request["method"]>(method: M): Extract<Request, { method: M }>[] {
    return this.requests.filter((request): request is Extract<Request, { method: M }> => request.method === method);
  }

  #receive(datagram: Uint8Array, from: Address): void {
    this.datagrams.push(datagram);
    const message = openMessage(datagram);
    if (message?.type !== "request") return;
    const answer = this.onRequest(parseRequest(datagram));
    if (answer === undefined) return;
    if (answer instanceof Uint8Array) this.send(Buffer.concat([Uint8Array.of(1), message.id, answer]), from);
    else this.send(encodeAnswer(message.id, answer), from);
  }
}
