// Source: DHTNet connection protocol, signalling over the DHT.
import { type Identity, type PrivateKey, PublicKey } from "@hashmere/crypto";
import { InfoHash, type Logger, PkId, Value } from "@hashmere/dht";
import { type InboxKind, inboxesRead, inboxKey, type LegacyMode } from "./inbox-key.ts";
import { decodeRequest, encodeRequest, PEER_REQUEST, type PeerConnectionRequest } from "./peer-connection-request.ts";
import type { SignallingDht, Stored } from "./signalling-dht.ts";
import type { TreatedMessages } from "./treated-messages.ts";

/** Requests that are being decided on at a time; more are passed over. */
export const MAX_PENDING_REQUESTS = 256;
/** Of devices that we have never met, which cost anybody next to nothing: they must not crowd out those that we know. */
export const MAX_PENDING_REQUESTS_OF_STRANGERS = 192;
/** Of one device. */
export const MAX_PENDING_REQUESTS_PER_DEVICE = 8;

/** A request or an answer, with who signed it. */
export interface PeerRequest extends PeerConnectionRequest {
  readonly from: PublicKey;
  readonly deviceId: PkId;
  /** Where it was found, and so where the answer goes. */
  readonly inbox: InboxKind;
}

/** Messages that were passed over, by what was wrong with them. */
export interface InboxDrops {
  malformed: number;
  /** Dealt with before. */
  repeated: number;
  /** More at a time than are decided on. */
  tooMany: number;
}

/** What an inbox reads and writes with, and whom it tells. */
export interface InboxOptions {
  readonly dht: SignallingDht;
  readonly identity: Identity;
  readonly legacyMode: LegacyMode;
  readonly treated: TreatedMessages;
  readonly log: Logger;
  /** We have met this device before. */
  isKnown(deviceId: PkId): boolean;
  /**
   * Somebody wants a connection. Resolves to whether that is settled: false when it could not be decided, so that the
   * same request, when it comes again, gets another chance.
   */
  onRequest(request: PeerRequest): Promise<boolean>;
  /**
   * Somebody has answered. A further answer to the same request may have more addresses, or nothing new.
   * @returns whether that was asked for: others are not remembered, so that strangers can't have requests forgotten by them
   */
  onAnswer(answer: PeerRequest): boolean;
}

/** What others put for us into the DHT, and what we put for them: requests for connections, and answers. */
export class Inbox {
  readonly dropped: InboxDrops = { malformed: 0, repeated: 0, tooMany: 0 };
  readonly #options: InboxOptions;
  readonly #ownShortId: InfoHash;
  readonly #ownId: PkId;
  readonly #closing = new AbortController();
  /** Ids of requests that are being decided on, by device. */
  readonly #pending = new Map<string, Set<bigint>>();

  constructor(options: InboxOptions) {
    const { publicKey } = options.identity.key;
    this.#options = options;
    this.#ownShortId = InfoHash.fromBytes(publicKey.shortId());
    this.#ownId = PkId.fromBytes(publicKey.longId());
  }

  /** Begins to read; resolves when the network knows that we do. */
  async open(): Promise<void> {
    const { dht, legacyMode, identity } = this.#options;
    void warmUp(identity.key);
    const { signal } = this.#closing;
    const listeners = inboxesRead(legacyMode).map((kind) => {
      const key = inboxKey(kind === "short" ? this.#ownShortId : this.#ownId);
      const listener = dht.listen(key, { filter: (value) => this.#isForUs(value), urgent: true, signal });
      void this.#read(listener, kind);
      return listener;
    });
    await Promise.all(listeners.map(({ ready }) => ready));
  }

  /** Puts a request or an answer where its receiver looks. Only he can read it, and who signed it. */
  async send(
    to: PublicKey,
    request: PeerConnectionRequest,
    { inbox, signal }: { readonly inbox: InboxKind; readonly signal?: AbortSignal },
  ): Promise<Stored> {
    const { isAnswer, connectionType } = request;
    const value = new Value({
      data: encodeRequest(request),
      userType: PEER_REQUEST,
      // Outside the encryption: a proxy decides by it whom to wake up.
      pushType: isAnswer ? "" : connectionType,
    });
    return this.#options.dht.putEncrypted(inboxOf(to, inbox), to, value, {
      urgent: true,
      signal: this.#ending(signal),
    });
  }

  /** Something will be sent there soon: the way can be found while that isn't ready yet. */
  prepare(
    to: PublicKey,
    { inbox, signal }: { readonly inbox: InboxKind; readonly signal?: AbortSignal | undefined },
  ): void {
    const preparing = this.#options.dht.prepare(inboxOf(to, inbox), { signal: this.#ending(signal) });
    preparing.then(undefined, () => {}); // then it is found when it is needed
  }

  close(): void {
    this.#closing.abort();
  }

  #ending(signal: AbortSignal | undefined): AbortSignal {
    return signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal;
  }

  /** Signed and encrypted: a value that was not encrypted has no recipient, or one that anybody may have written. */
  #isForUs(value: Value): boolean {
    return (
      value.userType === PEER_REQUEST &&
      value.type === 0 &&
      value.isSigned() &&
      value.recipient.equals(this.#ownShortId)
    );
  }

  async #read(listener: AsyncIterable<{ readonly value: Value; readonly expired: boolean }>, kind: InboxKind) {
    try {
      for await (const { value, expired } of listener) if (!expired) this.#take(value, kind);
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#options.log.log("error", `the inbox is read no more: ${error}`);
    }
  }

  #take(value: Value, inbox: InboxKind): void {
    const message = decodeRequest(value.data);
    const from = ownerOf(value);
    if (message === undefined || from === undefined) {
      this.dropped.malformed++;
      return;
    }
    const deviceId = PkId.fromBytes(from.longId());
    const request: PeerRequest = { ...message, from, deviceId, inbox };
    if (message.isAnswer) {
      if (this.#options.onAnswer(request)) this.#options.treated.add(message.id);
      return;
    }
    const isPending = this.#pending.get(deviceId.toString())?.has(message.id) === true;
    if (isPending || this.#options.treated.has(message.id)) this.dropped.repeated++;
    else void this.#decide(request);
  }

  async #decide(request: PeerRequest): Promise<void> {
    const device = request.deviceId.toString();
    const pending = this.#pending.get(device) ?? new Set();
    const isKnown = this.#options.isKnown(request.deviceId);
    const most = isKnown ? MAX_PENDING_REQUESTS : MAX_PENDING_REQUESTS_OF_STRANGERS;
    if (pending.size >= MAX_PENDING_REQUESTS_PER_DEVICE || this.#pendingRequests >= most) {
      this.dropped.tooMany++;
      return;
    }
    this.#pending.set(device, pending.add(request.id));
    try {
      if (await this.#options.onRequest(request)) this.#options.treated.add(request.id);
    } finally {
      pending.delete(request.id);
      if (pending.size === 0) this.#pending.delete(device);
    }
  }

  get #pendingRequests(): number {
    let count = 0;
    for (const { size } of this.#pending.values()) count += size;
    return count;
  }
}

/** The first decryption of a program starts a thread, which takes longer than all the others: nobody waits for this one. */
async function warmUp(key: PrivateKey): Promise<void> {
  await key.decrypt(await key.publicKey.encrypt(new Uint8Array(1))).catch(() => {}); // a real one tells what is wrong
}

function inboxOf(key: PublicKey, kind: InboxKind): InfoHash {
  return inboxKey(kind === "short" ? InfoHash.fromBytes(key.shortId()) : PkId.fromBytes(key.longId()));
}

function ownerOf({ owner }: Value): PublicKey | undefined {
  try {
    return owner && PublicKey.from(owner);
  } catch {
    return undefined;
  }
}
