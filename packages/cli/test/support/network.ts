import { createSocket } from "node:dgram";
import { once } from "node:events";
import { DhtRunner, InfoHash, SockAddr, UdpTransport } from "@hashmere/dht";
import {
  decodeMessage,
  type Envelope,
  type ErrorReply,
  encodeMessage,
  type QueryMessage,
  type Reply,
} from "@hashmere/dht/wire";

/** One network for all nodes of these tests, apart from any other on the machine. */
export const NETWORK = 0x74657374;

/** A node on loopback, and the options that lead another one to it. */
export async function startPeer(): Promise<
  AsyncDisposable & { readonly node: DhtRunner; readonly join: readonly string[] }
> {
  const node = await DhtRunner.run({ bind4: "127.0.0.1", bind6: null, network: NETWORK });
  const join = ["--bootstrap", `${node.getBound()}`, "--network", `${NETWORK}`];
  return { node, join, [Symbol.asyncDispose]: () => node.join() };
}

/** A UDP port, of both families, where somebody listens and nobody answers. */
export async function startSilence(): Promise<AsyncDisposable & { readonly port: number }> {
  const socket = createSocket("udp6").bind(0, "::");
  await once(socket, "listening");
  return {
    port: socket.address().port,
    async [Symbol.asyncDispose]() {
      socket.close();
      await once(socket, "close");
    },
  };
}

/** A node that answers whatever it is asked, and never gives a token: who asks it for values listens to it no more. */
export function startTokenless(): Promise<Stub> {
  return startStub(() => EMPTY_REPLY);
}

/** A node that refuses every put. */
export function startRefusing(): Promise<Stub> {
  return startStub(({ kind }) =>
    kind === "put" ? { kind: "error", code: 203, text: "full" } : { ...EMPTY_REPLY, token: Uint8Array.of(1) },
  );
}

interface Stub extends AsyncDisposable {
  readonly address: string;
}

type Answer = Omit<Reply, keyof Envelope> | Omit<ErrorReply, keyof Envelope>;
const EMPTY_REPLY = { kind: "reply", values: [], announced: [], nodes4: [] } as const;

async function startStub(answer: (query: QueryMessage) => Answer): Promise<Stub> {
  const transport = new UdpTransport({ bind4: SockAddr.ipv4(0x7f000001, 0), bind6: null });
  const id = InfoHash.get("stub");
  await transport.open({
    onDatagram: (datagram, from) => {
      const query = decodeMessage(datagram);
      if (query.kind !== "ping" && query.kind !== "find" && query.kind !== "get" && query.kind !== "put") return;
      const envelope = { tid: query.tid, id, network: NETWORK, client: false, agent: undefined };
      transport.send(encodeMessage({ ...answer(query), ...envelope }), from, false);
    },
    onUnreachable: () => {},
  });
  return { address: `${transport.bound(4)}`, [Symbol.asyncDispose]: () => transport.close() };
}
