import { createSocket } from "node:dgram";
import { once } from "node:events";
import { DhtRunner } from "@hashmere/dht";

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
