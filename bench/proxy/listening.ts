import { connect, type Socket } from "node:net";

/** Many open listens, each on a connection of its own, that count what they hear. */
export class Listening implements Disposable {
  readonly #sockets: Socket[] = [];
  #heard = 0;
  #ended = 0;

  /** One listen on each of so many keys (`listen-0`, `listen-1` …). Resolves when all have begun. */
  static async open(port: number, keys: number): Promise<Listening> {
    const listening = new Listening();
    await Promise.all(Array.from({ length: keys }, (_, index) => listening.#listen(port, `listen-${index}`)));
    return listening;
  }

  /** Values heard, of all listens together. */
  get heard(): number {
    return this.#heard;
  }

  /** Listens that didn't last. */
  get ended(): number {
    return this.#ended;
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #listen(port: number, key: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1");
      this.#sockets.push(socket);
      socket.setEncoding("latin1");
      socket.once("data", () => resolve());
      socket.on("data", (text) => {
        // What expires is told with its data, too.
        this.#heard += occurrences(String(text), '"data"') - occurrences(String(text), '"expired":true');
      });
      socket.on("error", reject);
      socket.on("end", () => this.#ended++);
      socket.write(`GET /key/${key}/listen HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    });
  }
}

function occurrences(text: string, part: string): number {
  return text.split(part).length - 1;
}
