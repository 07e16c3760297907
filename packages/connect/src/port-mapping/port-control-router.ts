import { randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import {
  decodeAnswer,
  encodeNatPmpAddress,
  encodeNatPmpMap,
  encodePcpMap,
  grantedBy,
  NONCE_BYTES,
  PORT_CONTROL_PORT,
  type PortControlAnswer,
  UNSUPPORTED_VERSION,
} from "./port-control-message.ts";
import { type GrantedMapping, type MappingRequest, PortMappingError, type Router } from "./router.ts";

/**
 * Waits between retransmissions (RFC 6886 §3.1 doubles from 250 ms nine times, for over a minute; a router is one hop
 * away, and a connection does not wait that long).
 */
const RETRANSMISSION_WAITS_MS = [250, 500, 1000, 2000] as const;

/** A mapping of a port that nobody uses, asked for to see whether the router speaks PCP and where its outside is. */
const PROBE = { transport: "udp", internalPort: 49_151, externalPort: 49_151, lifetimeS: 60 } as const;

/**
 * A router that speaks PCP (RFC 6887) or its predecessor NAT-PMP (RFC 6886): binary questions and answers over UDP, to
 * the default gateway. PCP is asked first; a router that knows only NAT-PMP says so.
 */
export class PortControlRouter implements Router {
  readonly #socket: Socket;
  readonly #clientAddress: string;
  /** What identifies our mappings to a PCP router. */
  readonly #nonce = randomBytes(NONCE_BYTES);
  readonly #waiting = new Set<(bytes: Uint8Array) => void>();
  #protocol: "nat-pmp" | "pcp" = "pcp";

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#clientAddress = socket.address().address;
    socket.on("message", (bytes) => {
      for (const receive of this.#waiting) receive(bytes);
    });
    socket.on("error", () => undefined); // port unreachable: nobody answers there, and waiting says so
  }

  /** @param gateway its IPv4 address @throws PortMappingError when it speaks neither protocol */
  static async open(gateway: string, signal: AbortSignal, port = PORT_CONTROL_PORT): Promise<PortControlRouter> {
    const socket = createSocket("udp4");
    try {
      socket.connect(port, gateway);
      await once(socket, "connect", { signal });
      const router = new PortControlRouter(socket);
      await router.#choose(signal);
      return router;
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  get protocol(): "nat-pmp" | "pcp" {
    return this.#protocol;
  }

  async externalAddress(signal: AbortSignal): Promise<string> {
    if (this.#protocol === "pcp") return this.#probe(signal);
    const answer = await this.#ask(encodeNatPmpAddress(), signal);
    if (answer.kind !== "address") throw new PortMappingError("the router does not tell its external address");
    return answer.address;
  }

  async map(request: MappingRequest, signal: AbortSignal): Promise<GrantedMapping> {
    if (this.#protocol === "pcp") return grantedBy(await this.#ask(this.#pcp(request), signal), "");
    const address = await this.externalAddress(signal);
    return grantedBy(await this.#ask(encodeNatPmpMap(request), signal), address);
  }

  async unmap(request: MappingRequest, signal: AbortSignal): Promise<void> {
    const end = { ...request, externalPort: 0, lifetimeS: 0 };
    await this.#ask(this.#protocol === "pcp" ? this.#pcp(end) : encodeNatPmpMap(end), signal);
  }

  close(): void {
    this.#socket.close();
  }

  /** Asks in PCP, and sees in which version the answer is. */
  async #choose(signal: AbortSignal): Promise<void> {
    const answer = await this.#ask(this.#pcp(PROBE), signal);
    if (answer.kind !== "refused" || answer.result !== UNSUPPORTED_VERSION) return;
    this.#protocol = "nat-pmp";
    await this.externalAddress(signal);
  }

  /** PCP tells the external address with a mapping alone. */
  async #probe(signal: AbortSignal): Promise<string> {
    const { external } = grantedBy(await this.#ask(this.#pcp(PROBE), signal), "");
    await this.unmap(PROBE, signal);
    return external.address;
  }

  #pcp(request: MappingRequest): Uint8Array {
    return encodePcpMap(request, this.#clientAddress, this.#nonce);
  }

  async #ask(request: Uint8Array, signal: AbortSignal): Promise<PortControlAnswer> {
    const answered = Promise.withResolvers<PortControlAnswer>();
    const receive = (bytes: Uint8Array) => {
      const answer = decodeAnswer(bytes, request);
      if (answer) answered.resolve(answer);
    };
    this.#waiting.add(receive);
    const stop = new AbortController();
    const limit = AbortSignal.any([signal, stop.signal]);
    try {
      return await Promise.race([answered.promise, this.#repeat(request, limit)]);
    } finally {
      this.#waiting.delete(receive);
      stop.abort();
    }
  }

  async #repeat(request: Uint8Array, signal: AbortSignal): Promise<never> {
    for (const waitMs of RETRANSMISSION_WAITS_MS) {
      this.#socket.send(request, () => undefined);
      await sleep(waitMs, undefined, { signal });
    }
    throw new PortMappingError("the router does not answer: it speaks neither PCP nor NAT-PMP");
  }
}
