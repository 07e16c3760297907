import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { MAX_PIPELINED_REQUESTS } from "./limits.ts";

/** How many requests wait for their answer on each connection: answers leave in order, and one that never ends keeps them all. */
export class Pipelines {
  readonly #lengths = new WeakMap<Socket, number>();

  /** Counts a request until it is answered. False, and the connection is closed, when it is one too many. */
  admit(socket: Socket, response: ServerResponse): boolean {
    const length = (this.#lengths.get(socket) ?? 0) + 1;
    if (length > MAX_PIPELINED_REQUESTS) {
      socket.destroy();
      return false;
    }
    this.#lengths.set(socket, length);
    response.once("close", () => this.#lengths.set(socket, (this.#lengths.get(socket) ?? 1) - 1));
    return true;
  }
}
