import type { SockAddr } from "../address/index.ts";

/** Sees the datagrams of a node, for tools that show what it does. It must not keep or change the bytes. */
export interface DatagramObserver {
  onReceived(datagram: Uint8Array, from: SockAddr): void;
  onSent(datagram: Uint8Array, to: SockAddr): void;
}

/** Those who watch a node. Mostly nobody does, and then it costs one comparison per datagram. */
export class DatagramObservers implements DatagramObserver {
  #all: readonly DatagramObserver[] = [];

  /** Returns how to stop. */
  add(observer: DatagramObserver): () => void {
    this.#all = [...this.#all, observer];
    return () => {
      this.#all = this.#all.filter((each) => each !== observer);
    };
  }

  onReceived(datagram: Uint8Array, from: SockAddr): void {
    if (this.#all.length > 0) for (const observer of this.#all) observer.onReceived(datagram, from);
  }

  onSent(datagram: Uint8Array, to: SockAddr): void {
    if (this.#all.length > 0) for (const observer of this.#all) observer.onSent(datagram, to);
  }
}
