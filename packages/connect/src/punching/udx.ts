/** The part of the UDX library that is used: datagrams, and reliable streams, on one UDP socket. */
export interface Udx {
  createSocket(options?: { readonly ipv6Only?: boolean }): UdxSocket;
  createStream(id: number): UdxStream;
}

export interface UdxSocket {
  /** Synchronous. @throws when the address cannot be had */
  bind(port: number, host: string): void;
  /** Null until bound. */
  address(): { readonly host: string; readonly port: number } | null;
  /** Sends without telling how it went. The bytes are read later: they must not change. */
  trySend(bytes: Uint8Array, port: number, host: string): void;
  on(
    event: "message",
    listener: (bytes: Uint8Array, from: { readonly host: string; readonly port: number }) => void,
  ): this;
  /** When no stream runs on it any more. */
  close(): Promise<void>;
}

/** Like a Duplex of Node.js, but not one. */
export interface UdxStream {
  connect(socket: UdxSocket, remoteId: number, port: number, host: string): void;
  on(event: "data", listener: (bytes: Uint8Array) => void): this;
  on(event: "close" | "drain" | "end", listener: () => void): this;
  on(event: "error", listener: (error: Error) => void): this;
  /** False when it wants to drain first. */
  write(bytes: Uint8Array): boolean;
  end(): this;
  pause(): this;
  resume(): this;
  destroy(): this;
}

let library: Promise<Udx | undefined> | undefined;

/** Undefined on platforms for which the library brings no native part: then there are no UDP candidates. */
export function loadUdx(): Promise<Udx | undefined> {
  library ??= import("udx-native").then(
    ({ default: Library }) => new Library(),
    () => undefined,
  );
  return library;
}
