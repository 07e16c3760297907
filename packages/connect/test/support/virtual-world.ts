import type { Identity } from "@hashmere/crypto";
import type { Value } from "@hashmere/dht";
import { onTestFinished } from "vitest";
import { makeFamily } from "../../../crypto/test/identities.ts";
import { ConnectionManager, type ConnectionManagerOptions } from "../../src/index.ts";
import { decodeRequest, encodeRequest, PEER_REQUEST } from "../../src/signalling/peer-connection-request.ts";
import { capturedIdentity } from "./captured.ts";
import { Mailbox, type MailboxDht } from "./mailbox.ts";
import { VirtualPaths } from "./virtual-path.ts";
import { settle, VirtualTime } from "./virtual-time.ts";

const family = await makeFamily(new Date(Date.UTC(2025, 0, 1)));

export const people = {
  alice: capturedIdentity("alice"),
  bob: capturedIdentity("bob"),
  /** Two devices of one account. */
  carol: family.device,
  carolsPhone: family.device2,
} as const satisfies Record<string, Identity>;

export type Name = keyof typeof people;

/** Devices in virtual time: a DHT and paths between them, both of which can fail. */
export class VirtualWorld {
  readonly time = new VirtualTime(Date.now());
  readonly box = new Mailbox(this.time);
  readonly paths = new VirtualPaths(this.time);
  readonly #dhts = new Map<Name, MailboxDht>();

  dht(name: Name): MailboxDht {
    const dht = this.#dhts.get(name) ?? this.box.of(people[name]);
    this.#dhts.set(name, dht);
    return dht;
  }

  /** Allows everybody, unless told otherwise. */
  async open(name: Name, options: Partial<ConnectionManagerOptions> = {}): Promise<ConnectionManager> {
    const identity = people[name];
    const manager = await ConnectionManager.open({
      identity,
      dht: this.dht(name),
      clock: this.time,
      layers: this.paths.layers(identity),
      allow: () => true,
      ...options,
    });
    onTestFinished(async () => {
      void manager.close();
      await this.time.run(5000);
    });
    await settle();
    return manager;
  }

  /** Two that accept everything from each other. */
  async pair(options: Partial<ConnectionManagerOptions> = {}) {
    const alice = await this.open("alice", options);
    const bob = await this.open("bob", options);
    return { alice, bob, incoming: acceptAll(bob) };
  }

  /** Lets time pass until it has settled. */
  until<T>(promise: Promise<T>): Promise<T> {
    return this.time.until(promise);
  }
}

/** Accepts every channel, and says nothing on it. */
export function acceptAll(manager: ConnectionManager): { readonly names: string[] } {
  const names: string[] = [];
  manager.handle(async (request) => {
    const channel = await request.accept();
    channel?.on("error", () => {});
    channel?.resume();
    names.push(request.name);
  });
  return { names };
}

/** A request as DHTNet would send it; for {@link Mailbox.rewrites}. */
export const withoutChain = withChain(undefined);

/** A request with other certificates than the sender's own. */
export function withChain(chain: readonly Uint8Array[] | undefined) {
  return (value: Value): Value => {
    const request = value.userType === PEER_REQUEST ? decodeRequest(value.data) : undefined;
    if (request === undefined || request.isAnswer) return value;
    return value.with({ data: encodeRequest({ ...request, chain }) });
  };
}
