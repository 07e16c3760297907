import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { DhtnodeShell } from "./dhtnode-shell.ts";
import type { Endpoint } from "./interop-peer.ts";

/** A real proxy tells about its node for the first time 3 s after its start, and answers 503 until then. */
const READY_LIMIT_MS = 30_000;

/** A proxy with a node of its own, whatever program it is. */
export interface ProxyPeer extends AsyncDisposable {
  readonly url: string;
  readonly nodeId: string;
}

export interface ProxyPeerOptions {
  readonly network: number;
  /** A node that is there already: a proxy without network at its first look says so for two minutes. */
  readonly bootstrap: Endpoint;
  /** TCP port. Default: any free one. */
  readonly port?: number | undefined;
  /** `host:port` of a gorush gateway. */
  readonly pushGateway?: string | undefined;
}

/** Debian's dhtnode as a proxy server, or our drop-in in its place. */
export class RealProxy implements ProxyPeer {
  readonly #port: number;
  readonly #shell: DhtnodeShell;

  private constructor(shell: DhtnodeShell, port: number) {
    this.#shell = shell;
    this.#port = port;
  }

  static async start(
    { network, bootstrap, port: wanted, pushGateway }: ProxyPeerOptions,
    program?: string,
  ): Promise<RealProxy> {
    const port = wanted ?? (await freeTcpPort());
    const gateway = pushGateway === undefined ? [] : ["--pushserver", pushGateway];
    const options = ["--proxyserver", String(port), "--proxy-addr", "127.0.0.1", ...gateway];
    const proxy = new RealProxy(await DhtnodeShell.start({ network, bootstrap, options, program }), port);
    const patience = AbortSignal.timeout(READY_LIMIT_MS);
    while (!(await proxy.#isReady())) {
      patience.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get nodeId(): string {
    return this.#shell.nodeId;
  }

  /** It goes on to take connections, and is silent on all of them. */
  freeze(): void {
    this.#shell.freeze();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#shell[Symbol.asyncDispose]();
  }

  async #isReady(): Promise<boolean> {
    const response = await fetch(this.url).catch(() => undefined);
    await response?.text();
    return response?.status === 200;
  }
}

/** A push gateway that only writes down what it is asked to push. */
export class PushGateway implements AsyncDisposable {
  /** The data of each notification. */
  readonly received: Record<string, unknown>[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const { notifications } = JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString());
      for (const { data } of notifications) this.received.push(data);
      response.end();
    });
  }

  static async start(): Promise<PushGateway> {
    const gateway = new PushGateway();
    gateway.#server.listen(0, "127.0.0.1");
    await once(gateway.#server, "listening");
    return gateway;
  }

  get endpoint(): string {
    return `127.0.0.1:${portOf(this.#server)}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** A TCP port that is free on the loopback address at this moment. */
async function freeTcpPort(): Promise<number> {
  const server = createTcpServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server);
  server.close();
  return port;
}

function portOf(server: { address(): AddressInfo | string | null }): number {
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server does not listen on a port");
  return address.port;
}
