import { SockAddr } from "../../src/address/index.ts";
import { InfoHash } from "../../src/id/index.ts";
import { SeededRandom } from "../../src/random/index.ts";
import { Peer } from "../../src/routing/index.ts";
import { VirtualScheduler } from "../../src/scheduler/index.ts";
import { type PutResult, Store, type StoreLimits } from "../../src/store/index.ts";
import { type Query, Value, type ValueInit, ValueTypeRegistry } from "../../src/value/index.ts";

export const key = InfoHash.get("key");
/** What values of type 0 live. */
export const LIFE_MS = 600_000;

/** A Store in virtual time, with everything that it tells written down. */
export class StoreRig {
  readonly scheduler = new VirtualScheduler();
  readonly random = new SeededRandom(3);
  readonly types = new ValueTypeRegistry();
  readonly store: Store;
  /** What listeners heard, in order: `remote values 1`, `local expired 1,2`, … */
  readonly told: string[] = [];

  constructor(limits: StoreLimits = {}) {
    this.store = new Store({
      scheduler: this.scheduler,
      random: this.random,
      types: this.types,
      limits,
      tellRemote: (_listener, news) => {
        const ids = news.kind === "values" ? news.values.map((each) => each.id) : news.ids;
        this.told.push(`remote ${news.kind} ${ids}`);
      },
    });
  }

  /** Another peer for each number; the host is 10.0.x.y. */
  peer(number: number, port = 4222): Peer {
    const address = SockAddr.ipv4(0x0a000000 + number, port);
    return new Peer(InfoHash.get(`peer ${number}`), address, false, this.random);
  }

  /** Puts a value as peer `number`, made just now. */
  put(value: Value, number = 1, under = key): PutResult {
    const peer = this.peer(number);
    return this.store.putRemote(under, value, this.scheduler.wallClock(), peer, peer.address);
  }

  putLocal(value: Value, permanent = false, under = key): "stored" | "full" | "refused" {
    return this.store.putLocal(under, value, this.scheduler.wallClock(), permanent);
  }

  listen(query?: Query, number = 9, socketId = 1): { peer: Peer; isNew: boolean } {
    const peer = this.peer(number);
    return { peer, isNew: this.store.addRemoteListener(key, peer, socketId, query, 1) };
  }

  listenLocally(): { cancel(): void } {
    return this.store.addLocalListener(key, {
      onValues: (values, expired) =>
        this.told.push(`local ${expired ? "expired" : "values"} ${values.map((each) => each.id)}`),
    });
  }

  get ids(): bigint[] {
    return this.store.get(key).map((value) => value.id);
  }
}

export function plainOf(id: number, size = 10, init: ValueInit = {}): Value {
  return new Value({ id: BigInt(id), data: new Uint8Array(size), ...init });
}

/** A value that says that it is signed; the rig's registry believes all signatures. */
export function signedOf(id: number, seq: number, owner = 1, data = 0): Value {
  const bytes = (fill: number) => new Uint8Array(4).fill(fill);
  return plainOf(id, 4, { seq, owner: bytes(owner), signature: bytes(seq), data: bytes(data) });
}
