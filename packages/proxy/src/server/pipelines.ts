import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { MAX_PIPELINED_REQUESTS } from "./limits.ts";

/** How many requests wait for their answer on each connection: answers leave in order, and one that never ends keeps them all. */
export class Pipelines {
  readonly #pipelines = new WeakMap<Socket, Pipeline>();

  /** Counts a request until it is answered. False, and the connection is closed, when it is one too many. */
  admit(socket: Socket, response: ServerResponse): boolean {
    let pipeline = this.#pipelines.get(socket);
    if (pipeline === undefined) {
      pipeline = new Pipeline();
      this.#pipelines.set(socket, pipeline);
    }
    if (pipeline.length >= MAX_PIPELINED_REQUESTS) {
      socket.destroy();
      return false;
    }
    pipeline.length++;
    pipeline.latest = response;
    response.on("close", pipeline.onAnswered);
    return true;
  }

  /** Whether what is written now can't be taken for an answer to another request than the one that is being read. */
  mayAnswerNow(socket: Socket): boolean {
    const { length = 0, latest } = this.#pipelines.get(socket) ?? {};
    return length === 0 || (length === 1 && latest?.req.complete === false && !latest.headersSent);
  }
}

class Pipeline {
  length = 0;
  /** To the request that came last, while any has none. */
  latest: ServerResponse | undefined;
  /** One for all requests of the connection, because there are many. */
  readonly onAnswered = () => {
    this.length--;
    if (this.length === 0) this.latest = undefined;
  };
}
