import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";

/** A UDP socket in place of a router's PCP and NAT-PMP service: what a test lets it answer, in the test's own bytes. */
export class ScriptedRouter implements AsyncDisposable {
  readonly requests: Uint8Array[] = [];
  answer: (request: Uint8Array, count: number) => Uint8Array | undefined = () => undefined;
  readonly #socket: Socket = createSocket("udp4");

  static async listen(): Promise<ScriptedRouter> {
    const router = new ScriptedRouter();
    router.#socket.on("message", (request, from) => router.#receive(request, from));
    router.#socket.bind(0, "127.0.0.1");
    await once(router.#socket, "listening");
    return router;
  }

  get port(): number {
    return this.#socket.address().port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await once(this.#socket, "close");
  }

  #receive(request: Uint8Array, from: RemoteInfo): void {
    this.requests.push(request);
    const answer = this.answer(request, this.requests.length);
    if (answer) this.#socket.send(answer, from.port, from.address);
  }
}

/** What miniupnpd answers to PCP's MAP: granted as asked, outside at 11.11.11.101. */
export function pcpGrant(request: Uint8Array): Uint8Array {
  const answer = Uint8Array.from(request);
  answer.set([2, 0x81, 0, 0]);
  answer.set([0, 0, 0x34, 0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 8);
  answer.set([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 11, 11, 11, 101], 44);
  return answer;
}

/** What miniupnpd answers to NAT-PMP. */
export function natPmpAnswer(request: Uint8Array): Uint8Array {
  const [version, operation = 0] = request;
  if (version !== 0) return Uint8Array.of(0, 0x80 | operation, 0, 1, 0, 0, 0x34, 0x10);
  if (operation === 0) return Uint8Array.of(0, 0x80, 0, 0, 0, 0, 0x34, 0x10, 11, 11, 11, 101);
  return Uint8Array.of(0, 0x80 | operation, 0, 0, 0, 0, 0x34, 0x15, ...request.subarray(4, 12));
}
