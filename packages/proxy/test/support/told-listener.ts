import type { ListenEvent, Value } from "@hashmere/dht/engine";
import type { Ear } from "../../src/server/subscriptions.ts";

/** What a node gives to who listens, without the node: hears what it is told. */
export class ToldListener {
  readonly listener: ReturnType<Ear["listen"]>;
  #controller: ReadableStreamDefaultController<ListenEvent<Value>> | undefined;

  constructor(cancel: () => void) {
    const stream = new ReadableStream<ListenEvent<Value>>({
      start: (controller) => {
        this.#controller = controller;
      },
    });
    this.listener = Object.assign(stream, { ready: Promise.resolve(), cancel });
  }

  fail(error: Error): void {
    this.#controller?.error(error);
  }

  tell(event: ListenEvent<Value>): void {
    this.#controller?.enqueue(event);
  }
}
