import type { Certificate, PublicKey } from "@hashmere/crypto";
import type { Filter, InfoHash, KeyId, SockAddr, Value } from "@hashmere/dht";

/** How a value was taken by the network. */
export interface Stored {
  readonly ok: boolean;
  /** Nodes that keep it. */
  readonly acknowledged: number;
  readonly error?: Error | undefined;
}

/** Values that appear under a key and expire. */
export interface InboxListener extends AsyncIterable<{ readonly value: Value; readonly expired: boolean }> {
  /** Resolves when the network has been asked. */
  readonly ready: Promise<void>;
}

/** What connections need of a DHT: a running node has it, and so has the client of a proxy. */
export interface SignallingDht {
  /** Resolves when the network answers; rejects with the signal's reason. */
  connected(options: { readonly signal?: AbortSignal | undefined }): Promise<void>;
  /** Values are decrypted and their signatures checked before the filter sees them. Urgent: none may be missed. */
  listen(
    key: InfoHash,
    options: { readonly filter: Filter; readonly urgent: boolean; readonly signal: AbortSignal },
  ): InboxListener;
  /** Urgent: somebody waits for it. */
  put(
    key: InfoHash,
    value: Value,
    options: { readonly permanent: boolean; readonly urgent: boolean; readonly signal: AbortSignal },
  ): PromiseLike<Stored>;
  /** Urgent as well. */
  putEncrypted(
    key: InfoHash,
    to: PublicKey,
    value: Value,
    options: { readonly urgent: boolean; readonly signal: AbortSignal },
  ): PromiseLike<Stored>;
  /** Something will be put there soon, urgently. Rejects with the signal's reason. */
  prepare(key: InfoHash, options: { readonly signal: AbortSignal }): PromiseLike<void>;
  findCertificate(id: KeyId, options: { readonly signal?: AbortSignal | undefined }): Promise<Certificate | null>;
  /** Addresses under which others see us, most reported first. */
  getPublicAddress(): readonly SockAddr[];
  /** This machine has another network, or another address in it. */
  connectivityChanged(): void;
}
