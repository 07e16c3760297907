import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** Signals in shared memory: what the thread is told to do, and what it has done. */
const [CONNECT, CONNECTED, SEND, SENT] = [0, 1, 2, 3];

/** Plain JavaScript, so that it runs in any thread as it is. */
const THREAD = `
const { connect } = require("node:net");
const { parentPort, workerData: { port, request, signals } } = require("node:worker_threads");
const wait = (signal) => Atomics.wait(signals, signal, 0);
const tell = (signal) => { Atomics.store(signals, signal, 1); Atomics.notify(signals, signal); };
parentPort.postMessage("ready");
wait(${CONNECT});
let received = "";
const socket = connect(port, "127.0.0.1", () => {
  tell(${CONNECTED});
  wait(${SEND});
  socket.write(request, () => tell(${SENT}));
});
socket.setEncoding("latin1").on("data", (text) => { received += text; });
socket.on("error", ({ message }) => { received = message; }).on("close", () => parentPort.postMessage(received));
`;

/** A client in a thread of its own, so that it goes on while this thread, and with it a server in it, is held up. */
export class Sender {
  /** All that came until the connection ended; of one that broke, why. */
  readonly answer: Promise<string>;
  readonly #signals: Int32Array<SharedArrayBuffer>;

  static async open(port: number, request: string): Promise<Sender> {
    const signals = new Int32Array(new SharedArrayBuffer(16));
    const thread = new Worker(THREAD, { eval: true, workerData: { port, request, signals } });
    await once(thread, "message");
    return new Sender(thread, signals);
  }

  private constructor(thread: Worker, signals: Int32Array<SharedArrayBuffer>) {
    this.#signals = signals;
    this.answer = once(thread, "message").then(([answer]) => answer);
  }

  /** Connects, and holds this thread up until that is done. */
  connect(): void {
    this.#do(CONNECT, CONNECTED);
  }

  /** Sends the request, and holds this thread up until that is done. */
  send(): void {
    this.#do(SEND, SENT);
  }

  #do(what: number, done: number): void {
    Atomics.store(this.#signals, what, 1);
    Atomics.notify(this.#signals, what);
    Atomics.wait(this.#signals, done, 0);
  }
}
