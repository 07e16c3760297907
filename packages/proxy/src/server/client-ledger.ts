import type { Socket } from "node:net";
import { type Scheduler, SockAddr } from "@hashmere/dht/engine";
import type { ProxyLimits } from "./limits.ts";
import { RecentBytes } from "./recent-bytes.ts";

/** What one client has. */
export class ClientAccount {
  readonly name: string;
  connections = 0;
  /** Under way. */
  requests = 0;
  listens = 0;
  subscriptions = 0;
  permanentPuts = 0;
  /** Of values put permanently. */
  permanentBytes = 0;
  readonly recentBytes: RecentBytes;
  readonly #scheduler: Scheduler;
  readonly #putsPerSecond: number;
  /** Puts and pings that it may make now. */
  #allowance: number;
  #countedAt: number;

  constructor(name: string, scheduler: Scheduler, putsPerSecond: number) {
    this.name = name;
    this.recentBytes = new RecentBytes(scheduler);
    this.#scheduler = scheduler;
    this.#putsPerSecond = putsPerSecond;
    this.#allowance = this.#largestAllowance;
    this.#countedAt = scheduler.now();
  }

  get bytes(): number {
    return this.permanentBytes + this.recentBytes.sum;
  }

  /** Takes one of its puts and pings for this second; false when it has none left. */
  takePut(): boolean {
    this.#earn();
    if (this.#allowance < 1) return false;
    this.#allowance--;
    return true;
  }

  /** There is nothing in it, and the client would not be better off with a new one. */
  get isEmpty(): boolean {
    const { connections, requests, listens, subscriptions, permanentPuts, bytes } = this;
    if (connections + requests + listens + subscriptions + permanentPuts + bytes > 0) return false;
    this.#earn();
    return this.#allowance === this.#largestAllowance;
  }

  get #largestAllowance(): number {
    return 2 * this.#putsPerSecond;
  }

  #earn(): void {
    const now = this.#scheduler.now();
    if (this.#allowance < this.#largestAllowance) {
      const earned = ((now - this.#countedAt) / 1000) * this.#putsPerSecond;
      this.#allowance = Math.min(this.#largestAllowance, this.#allowance + earned);
    }
    this.#countedAt = now;
  }
}

/** Who has what. An account lasts as long as there is something in it. */
export class ClientLedger {
  readonly #limits: ProxyLimits;
  readonly #scheduler: Scheduler;
  readonly #accounts = new Map<string, ClientAccount>();
  readonly #bySocket = new WeakMap<Socket, ClientAccount>();
  readonly #recentBytes: RecentBytes;
  #connections = 0;
  #requests = 0;
  #permanentBytes = 0;

  constructor(limits: ProxyLimits, scheduler: Scheduler) {
    this.#limits = limits;
    this.#scheduler = scheduler;
    this.#recentBytes = new RecentBytes(scheduler);
  }

  get connections(): number {
    return this.#connections;
  }

  get clients(): number {
    return this.#accounts.size;
  }

  /** Bytes of values put permanently or in the last ten minutes. */
  get bytes(): number {
    return this.#permanentBytes + this.#recentBytes.sum;
  }

  /** Counts a new connection until it closes. False when it is one too many. */
  admit(socket: Socket): boolean {
    const account = this.#accountOf(clientName(socket.remoteAddress ?? ""));
    const { maxConnections, maxConnectionsPerClient } = this.#limits;
    if (this.#connections >= maxConnections || account.connections >= maxConnectionsPerClient) return false;
    this.#connections++;
    account.connections++;
    this.#bySocket.set(socket, account);
    socket.once("close", () => {
      this.#connections--;
      account.connections--;
      this.#sweep(account);
    });
    return true;
  }

  /** The client at the other end of an admitted connection. */
  of(socket: Socket): ClientAccount {
    return this.#bySocket.get(socket) ?? this.#accountOf(clientName(socket.remoteAddress ?? ""));
  }

  /** Counts a request until `endRequest`. False when the client has too many under way. */
  tryRequest(account: ClientAccount): boolean {
    if (account.requests >= this.#limits.maxRequestsPerClient) return false;
    account.requests++;
    this.#requests++;
    return true;
  }

  endRequest(account: ClientAccount): void {
    account.requests--;
    this.#requests--;
    this.#sweep(account);
  }

  /** Whether all clients together have as many requests under way as there may be. */
  get isBusy(): boolean {
    return this.#requests >= this.#limits.maxRequests;
  }

  hasRoomFor(account: ClientAccount, bytes: number): boolean {
    return account.bytes + bytes <= this.#limits.maxBytesPerClient && this.bytes + bytes <= this.#limits.maxBytes;
  }

  /** A value that lives for some minutes. */
  addRecent(account: ClientAccount, bytes: number): void {
    account.recentBytes.add(bytes);
    this.#recentBytes.add(bytes);
  }

  mayPutPermanently(account: ClientAccount): boolean {
    return account.permanentPuts < this.#limits.maxPermanentPutsPerClient;
  }

  beginPermanentPut(account: ClientAccount | undefined): void {
    if (account !== undefined) account.permanentPuts++;
  }

  endPermanentPut(account: ClientAccount | undefined): void {
    if (account === undefined) return;
    account.permanentPuts--;
    this.#sweep(account);
  }

  /** Of a permanent put; negative when they are taken away. */
  addPermanent(account: ClientAccount | undefined, bytes: number): void {
    this.#permanentBytes += bytes;
    if (account === undefined) return;
    account.permanentBytes += bytes;
    this.#sweep(account);
  }

  tryListen(account: ClientAccount): boolean {
    if (account.listens >= this.#limits.maxListensPerClient) return false;
    account.listens++;
    return true;
  }

  endListen(account: ClientAccount): void {
    account.listens--;
    this.#sweep(account);
  }

  trySubscribe(account: ClientAccount): boolean {
    if (account.subscriptions >= this.#limits.maxSubscriptionsPerClient) return false;
    account.subscriptions++;
    return true;
  }

  endSubscription(account: ClientAccount | undefined): void {
    if (account === undefined) return;
    account.subscriptions--;
    this.#sweep(account);
  }

  /** Forgets clients that have nothing any more. */
  sweep(): void {
    for (const account of this.#accounts.values()) this.#sweep(account);
  }

  #sweep(account: ClientAccount): void {
    if (account.isEmpty) this.#accounts.delete(account.name);
  }

  #accountOf(name: string): ClientAccount {
    let account = this.#accounts.get(name);
    if (account === undefined) {
      account = new ClientAccount(name, this.#scheduler, this.#limits.maxPutsPerSecondPerClient);
      this.#accounts.set(name, account);
    }
    return account;
  }
}

/** Somebody with a network of 64 bits has as many IPv6 addresses as he likes. */
function clientName(host: string): string {
  const address = SockAddr.fromHost(host, 0);
  if (address === undefined || address.family === 4) return address?.host ?? host;
  return SockAddr.ipv6(address.a, address.b, 0, 0, 0).host;
}
