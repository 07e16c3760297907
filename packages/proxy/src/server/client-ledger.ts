import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { type Scheduler, SockAddr } from "@hashmere/dht/engine";
import { ClientAccount } from "./client-account.ts";
import { ClientAddresses } from "./client-addresses.ts";
import type { ProxyLimits } from "./limits.ts";
import { RecentBytes } from "./recent-bytes.ts";
import { noShares, type Share, shareLimits } from "./shares.ts";

/** Who has what. An account lasts as long as there is something in it. */
export class ClientLedger {
  readonly #limits: ProxyLimits;
  readonly #shareLimits: ReturnType<typeof shareLimits>;
  readonly #scheduler: Scheduler;
  readonly #addresses: ClientAddresses;
  readonly #accounts = new Map<string, ClientAccount>();
  readonly #bySocket = new WeakMap<Socket, ClientAccount>();
  /** Of all clients together, those of an earlier run included. */
  readonly #shares = noShares();
  readonly #recentBytes: RecentBytes;
  #permanentBytes = 0;

  constructor(limits: ProxyLimits, scheduler: Scheduler, addresses = new ClientAddresses()) {
    this.#limits = limits;
    this.#addresses = addresses;
    this.#shareLimits = shareLimits(limits);
    this.#scheduler = scheduler;
    this.#recentBytes = new RecentBytes(scheduler);
  }

  get clients(): number {
    return this.#accounts.size;
  }

  /** How many all clients have together. */
  total(share: Share): number {
    return this.#shares[share];
  }

  /** Bytes of values put permanently or in the last ten minutes. */
  get bytes(): number {
    return this.#permanentBytes + this.#recentBytes.sum;
  }

  /** Counts a new connection until it closes. False when it is one too many. One that is many clients' is nobody's. */
  admit(socket: Socket): boolean {
    if (this.isFull("connections")) return false;
    const { remoteAddress = "" } = socket;
    const account = this.#addresses.isTrusted(remoteAddress) ? undefined : this.#accountOf(remoteAddress);
    if (account !== undefined) {
      if (this.hasAll(account, "connections")) return false;
      this.#bySocket.set(socket, account);
    }
    this.take(account, "connections");
    socket.once("close", () => this.giveBack(account, "connections"));
    return true;
  }

  /** The client who asks. */
  of(request: Pick<IncomingMessage, "headers" | "socket">): ClientAccount {
    return this.#bySocket.get(request.socket) ?? this.#accountOf(this.#addresses.of(request));
  }

  /** Whether all clients together have as many as there may be. */
  isFull(share: Share): boolean {
    return this.#shares[share] >= this.#shareLimits[share].all;
  }

  /** Whether a client has as many as it may. */
  hasAll(account: ClientAccount, share: Share): boolean {
    return account.shares[share] >= this.#shareLimits[share].client;
  }

  /** Counts one more, until `giveBack`. @param account undefined where an earlier run had counted it */
  take(account: ClientAccount | undefined, share: Share): void {
    this.#shares[share]++;
    if (account !== undefined) account.shares[share]++;
  }

  giveBack(account: ClientAccount | undefined, share: Share): void {
    this.#shares[share]--;
    if (account === undefined) return;
    account.shares[share]--;
    this.#sweep(account);
  }

  hasRoomFor(account: ClientAccount, bytes: number): boolean {
    return account.bytes + bytes <= this.#limits.maxBytesPerClient && this.bytes + bytes <= this.#limits.maxBytes;
  }

  /** A value that lives for some minutes. */
  addRecent(account: ClientAccount, bytes: number): void {
    account.recentBytes.add(bytes);
    this.#recentBytes.add(bytes);
  }

  /** Of a permanent put; negative when they are taken away. */
  addPermanent(account: ClientAccount | undefined, bytes: number): void {
    this.#permanentBytes += bytes;
    if (account === undefined) return;
    account.permanentBytes += bytes;
    this.#sweep(account);
  }

  /** Forgets clients that have nothing any more. */
  sweep(): void {
    for (const account of this.#accounts.values()) this.#sweep(account);
  }

  #sweep(account: ClientAccount): void {
    if (account.isEmpty) this.#accounts.delete(account.name);
  }

  #accountOf(address: string): ClientAccount {
    const name = clientName(address);
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
