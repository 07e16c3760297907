import type { Duplex } from "node:stream";
import type { Certificate, Identity } from "@hashmere/crypto";
import type { IceSelection } from "../session/index.ts";

export interface SessionRequest {
  /** The caller begins as the controlled side. */
  readonly role: "controlling" | "controlled";
  readonly signal: AbortSignal;
}

/** One attempt to find a path to a peer: an IceSession, or what stands for one. */
export interface PathFinder {
  /** How we may be reached, as text for the peer. Found out once, however often it is asked for. */
  gather(): Promise<string>;
  /** The same without what takes longer than the rest, if we can reach the peer's relay without that. */
  gatherFor(remote: string): Promise<string>;
  /** Rejects with ConnectError. */
  connect(remote: string): Promise<IceSelection>;
  /** The peer may be reached in more ways than it had said at first. */
  hear(remote: string): void;
  close(): void;
}

export interface SecureRequest {
  readonly role: "client" | "server";
  readonly identity: Identity;
  /** Throws ConnectError when the peer isn't who it should be. */
  verify(leaf: Certificate): void;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** What a link is made of; tests put others in their place. */
export interface Layers {
  openSession(request: SessionRequest): PathFinder;
  secure(stream: Duplex, request: SecureRequest): Promise<{ readonly stream: Duplex; readonly peer: Certificate }>;
}
