import { InfoHash, type PutOperation, Value } from "@hashmere/dht/engine";
import type { TestNode } from "@hashmere/dht/testnet";

/** A value that was put, and is watched over. */
export class Watch {
  readonly name: string;
  readonly key: InfoHash;
  readonly id: bigint;
  readonly writer: TestNode;
  #put: PutOperation | undefined;
  #isStored = false;

  /** Has the writer put it, and renew it for as long as it runs. */
  constructor(name: string, id: bigint, writer: TestNode) {
    this.name = name;
    this.key = InfoHash.get(name);
    this.id = id;
    this.writer = writer;
    const value = new Value({ id, data: new TextEncoder().encode(name) });
    this.#put = writer.dht.put(this.key, value, {
      permanent: true,
      onDone: ({ ok }) => {
        if (ok) this.#isStored = true;
      },
    });
  }

  /** The network has it, for others to find: from the end of the first put on. */
  get isStored(): boolean {
    return this.#isStored;
  }

  get isRenewed(): boolean {
    return this.#put !== undefined && this.writer.isRunning;
  }

  /** The writer lets it go: copies live on until they expire. */
  abandon(): void {
    if (this.isRenewed) this.#put?.cancel();
    this.#put = undefined;
  }

  isHeldBy(node: TestNode): boolean {
    return node.isRunning && node.local(this.key).some((value) => value.id === this.id);
  }
}
