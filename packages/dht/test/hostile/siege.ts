import { SockAddr } from "../../src/address/index.ts";
import { InfoHash } from "../../src/id/index.ts";
import { type RandomSource, randomBelow, SeededRandom } from "../../src/random/index.ts";
import { createTestnet, type TestNode, type Testnet } from "../../src/testnet/index.ts";
import { Query, Select, Value, Where } from "../../src/value/index.ts";
import { decodeMessage } from "../../src/wire/index.ts";
import { Stranger } from "../node/stranger.ts";
import { Mutator } from "../wire/mutator.ts";
import { Forger, type Knowledge } from "./forger.ts";

const NODES = 10;
const KEYS = 12;
/** Latest datagrams to the victim, to be spoilt and sent again while their requests are still under way. */
const MAX_SAMPLES = 2048;
const MAX_TIDS = 256;
const MAX_TOKENS = 1024;
/** Questions to attackers that wait for their lies. */
const MAX_QUESTIONS = 64;
/** Attackers at a time. The victim shuts many of them out, so now and then others take their places. */
const ATTACKERS = 200;
const ATTACKER_LIFE = 50_000;
const FIRST_ATTACKER = 0x0b00_0000;
const MAX_NOISE_BYTES = 300;
/** Virtual time that passes between two datagrams of the attack. */
const PACE_MS = 2;
const BATCH = 25;
/** How often the victim begins operations of its own. */
const OPERATION_MS = 2000;

interface Sample {
  readonly bytes: Uint8Array;
  readonly from: SockAddr;
}

/**
 * One node of a living network under attack by somebody who sees all of its datagrams: its own traffic comes back
 * spoilt, well-formed lies use its ids, tids and tokens, and noise fills the gaps. Meanwhile the node puts, gets and
 * listens, and serves others who do. One seed gives exactly one attack.
 */
export class Siege {
  readonly net: Testnet;
  readonly victim: TestNode;
  /** Datagrams that the victim has been given, those of honest nodes included. */
  received = 0;
  readonly #random: RandomSource;
  readonly #mutator: Mutator;
  readonly #forger: Forger;
  readonly #samples: Sample[] = [];
  readonly #known: Knowledge;
  readonly #tids: number[] = [0];
  readonly #questions: { readonly tid: number; readonly to: SockAddr }[] = [];
  /** By address, the latest last. */
  readonly #tokens = new Map<string, Uint8Array>();
  #sampleCount = 0;
  #nextOperation = 0;
  #strangers = 0;

  /** @param vectors datagrams of real nodes, to begin with */
  static async begin(seed: number, vectors: readonly Uint8Array[]): Promise<Siege> {
    const net = await createTestnet({
      nodes: NODES,
      seed,
      latency: 1,
      families: [4, 6],
      config: (index) => (index === 1 ? { maxReqPerSec: -1, maxStoreSize: 1 << 20, maxStoreKeys: 5000 } : {}),
    });
    return new Siege(net, net.node(1), seed, vectors);
  }

  private constructor(net: Testnet, victim: TestNode, seed: number, vectors: readonly Uint8Array[]) {
    this.net = net;
    this.victim = victim;
    this.received = sum(victim.dht.traffic.received) + undecoded(victim);
    this.#random = new SeededRandom(seed);
    this.#mutator = new Mutator(vectors, new SeededRandom(seed + 1));
    this.#known = this.#knowledge();
    this.#forger = new Forger(this.#known, new SeededRandom(seed + 2));
    this.#watch();
    this.#keepBusy();
  }

  /** Gives the victim so many datagrams, in as much virtual time as that takes. */
  attack(count: number): void {
    const end = this.received + count;
    while (this.received < end) {
      for (let i = 0; i < BATCH; i++) this.#strike();
      this.net.scheduler.advance(BATCH * PACE_MS);
      if (this.net.now >= this.#nextOperation) this.#operate();
    }
  }

  /** What somebody who has never been here experiences: "" if all is as it should be, else what went wrong. */
  complaints(): string {
    const stranger = new Stranger(this.net, `honest stranger ${++this.#strangers}`).beHonest();
    try {
      return this.#complaintsOf(stranger);
    } finally {
      // He leaves: who stays is asked things for ever, and writes them all down.
      stranger.endpoint.receiver = undefined;
    }
  }

  #complaintsOf(stranger: Stranger): string {
    const { victim } = this;
    if (stranger.ask(victim, { kind: "ping" }).length !== 1) return "a ping is not answered";
    const token = stranger.token(victim);
    // The victim's own id: nobody is closer to it, whatever lies have been told.
    const key = victim.id;
    const value = new Value({ id: BigInt(this.#strangers) << 32n, data: new Uint8Array(64) });
    const put = stranger.ask(victim, { kind: "put", key, values: [value], announced: [], token });
    if (put.length !== 1 || put[0]?.kind !== "reply") return "a put is not acknowledged";
    const query = new Query(Select.all, Where.all.id(value.id));
    if (stranger.askOnce(victim, { kind: "get", key, query }).values.length !== 1)
      return "a value that was put can't be got";
    const { received } = victim.dht.traffic;
    if (sum(received) + undecoded(victim) !== this.received) return "the counters don't add up";
    return "";
  }

  #strike(): void {
    const choice = this.#below(100);
    const question = choice < 40 ? this.#questions.pop() : undefined;
    if (question !== undefined) {
      for (const datagram of this.#forger.answer(question.to, question.tid)) this.#give(datagram, question.to);
    } else if (choice < 15) this.#give(this.#mutator.next(), this.#anyAddress());
    else if (choice < 45) {
      const sample = this.#samples[this.#below(this.#samples.length)];
      if (sample === undefined) return;
      this.#give(this.#mutator.spoil(sample.bytes), this.#below(3) === 0 ? this.#anyAddress() : sample.from);
    } else if (choice < 95) {
      const from = this.#anyAddress();
      for (const datagram of this.#forger.forge(from)) {
        if (this.#below(10) > 0) this.#give(this.#below(6) > 0 ? datagram : this.#mutator.spoil(datagram), from);
      }
    } else this.#give(this.#random.fill(new Uint8Array(this.#below(MAX_NOISE_BYTES))), this.#anyAddress());
  }

  #give(datagram: Uint8Array, from: SockAddr): void {
    this.victim.endpoint.receiver?.(datagram, from);
  }

  /** Sees what the victim is given and sends, as somebody on its line would. */
  #watch(): void {
    const { endpoint, dht } = this.victim;
    endpoint.receiver = (datagram, from) => {
      this.received++;
      dht.receive(datagram, from);
    };
    this.net.network.observer = (datagram, from, to, fate) => {
      if (fate === "tooLarge") throw new Error("a datagram is larger than any network carries");
      if (isAt(this.victim, to)) this.#remember({ bytes: datagram.slice(), from });
      else if (isAt(this.victim, from)) this.#eavesdrop(datagram, to);
    };
  }

  #eavesdrop(datagram: Uint8Array, to: SockAddr): void {
    const message = decodeMessage(datagram);
    if (message.kind === "malformed") throw new Error(`the node sends what nobody understands: ${message.reason}`);
    if (message.kind === "listen") this.#tids[this.#below(MAX_TIDS)] = message.socketId;
    else if (message.kind === "reply") {
      if (message.token !== undefined) this.#learnToken(`${to}`, message.token);
    } else {
      this.#tids[this.#below(MAX_TIDS)] = message.tid;
      if (isAttacker(to) && this.#questions.length < MAX_QUESTIONS) this.#questions.push({ tid: message.tid, to });
    }
  }

  #learnToken(address: string, token: Uint8Array): void {
    this.#tokens.delete(address);
    this.#tokens.set(address, token);
    const [oldest] = this.#tokens.keys();
    if (this.#tokens.size > MAX_TOKENS && oldest !== undefined) this.#tokens.delete(oldest);
  }

  #remember(sample: Sample): void {
    this.#samples[this.#sampleCount++ % MAX_SAMPLES] = sample;
  }

  #knowledge(): Knowledge {
    const { nodes } = this.net;
    const own = nodes
      .flatMap((node) => [node.addressOf(4), node.addressOf(6)])
      .filter((address) => address !== undefined);
    const martians = [SockAddr.ipv4(0, 1), SockAddr.ipv4(0x7f00_0001, 0), SockAddr.ipv4(0xe000_0001, 4222)];
    const aliases = Array.from({ length: 60 }, () => InfoHash.random(this.#random));
    return {
      ids: [...nodes.map(({ id }) => id), ...aliases, InfoHash.zero],
      keys: [...Array.from({ length: KEYS }, (_, i) => keyNumber(i)), this.victim.id, InfoHash.zero],
      addresses: [...own, ...martians, SockAddr.ipv6(0x2001_0db8, 1, 0, 1, 4222)],
      tids: this.#tids,
      idAt: (address) => (isAttacker(address) ? InfoHash.get(`attacker ${address}`) : undefined),
      tokenOf: (address) => this.#tokens.get(address.toString()),
    };
  }

  /** Listens for ever, keeps permanent values, and has others listen. */
  #keepBusy(): void {
    for (let i = 0; i < KEYS; i++) {
      const node = i % 2 === 0 ? this.victim : this.net.node(2 + (i % (NODES - 2)));
      node.dht.listen(keyNumber(i), { onValues: () => {} });
      const value = new Value({ id: BigInt(i + 1), data: new Uint8Array(i * 100) });
      if (i % 3 === 0) this.victim.dht.put(keyNumber(i), value, { permanent: true });
    }
  }

  #operate(): void {
    this.#nextOperation = this.net.now + OPERATION_MS;
    const key = () => keyNumber(this.#below(KEYS));
    const value = () => new Value({ id: BigInt(1 + this.#below(12)), data: new Uint8Array(this.#below(2000)) });
    this.victim.dht.get(key(), { onValues: () => {}, onDone: () => {} });
    this.victim.dht.put(key(), value());
    this.net.node(2 + this.#below(NODES - 2)).dht.put(key(), value());
  }

  #anyAddress(): SockAddr {
    const { addresses } = this.#known;
    if (this.#below(2) === 0) return this.#anyAttacker();
    if (this.#below(20) > 0) return addresses[this.#below(addresses.length)] ?? this.victim.address;
    return SockAddr.ipv4(this.#random.uint32(), this.#below(65_536));
  }

  #anyAttacker(): SockAddr {
    const generation = Math.floor(this.received / ATTACKER_LIFE);
    return SockAddr.ipv4(FIRST_ATTACKER + generation * ATTACKERS + this.#below(ATTACKERS), 4222);
  }

  #below(bound: number): number {
    return randomBelow(this.#random, bound);
  }
}

function isAttacker(address: SockAddr): boolean {
  return address.family === 4 && address.a >>> 24 === FIRST_ATTACKER >>> 24;
}

function keyNumber(index: number): InfoHash {
  return InfoHash.get(`key ${index}`);
}

function isAt(node: TestNode, address: SockAddr): boolean {
  return node.addressOf(address.family)?.equals(address) ?? false;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

/** Datagrams that were dropped before anybody knew of what kind they are. */
function undecoded(node: TestNode): number {
  const { martian, blacklisted, malformed } = node.dht.traffic.dropped;
  return martian + blacklisted + malformed;
}
