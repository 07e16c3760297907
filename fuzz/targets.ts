import { fuzzPeer } from "../packages/connect/test/ice/fuzz-peer.ts";
import { fuzzLink } from "../packages/connect/test/mux/fuzz-link.ts";
import { fuzzRequests } from "../packages/connect/test/signalling/fuzz-requests.ts";
import { Siege } from "../packages/dht/test/hostile/siege.ts";
import { bytesOf, DATAGRAMS, MALFORMED } from "../packages/dht/test/wire/captured/load.ts";
import { fuzzDecoder } from "../packages/dht/test/wire/fuzz-decoder.ts";

/** What hostile messages are thrown at. */
export interface Target {
  readonly name: string;
  /** How many of the messages asked for it gets, 0 … 1. */
  readonly share: number;
  begin(seed: number): Promise<Attack>;
}

/** One run against a target. */
export interface Attack {
  /** Throws messages. Rejects when the target doesn't hold. @param done how many were thrown before */
  go(count: number, done: number): Promise<void>;
  /** Lines for the end. */
  readonly summary?: () => readonly string[];
}

/** Messages to agents are signed, and their signatures checked: each costs as much as many datagrams. */
const AGENT_SHARE = 1 / 10;

const SAMPLES = [...DATAGRAMS, ...MALFORMED].map(bytesOf);

export const TARGETS: readonly Target[] = [
  target("decoder", 1, (seed, count) => fuzzDecoder(SAMPLES, seed, count)),
  { name: "node", share: 1, begin: besiege },
  target("connect", AGENT_SHARE, fuzzPeer),
  target("link", 1, fuzzLink),
  target("requests", 1, fuzzRequests),
];

/** @param fuzz throws `count` messages that follow from the seed */
function target(name: string, share: number, fuzz: (seed: number, count: number) => unknown): Target {
  return {
    name,
    share,
    begin: async (seed) => ({
      go: async (count, done) => {
        await fuzz(seed + done, count);
      },
    }),
  };
}

/** A node in a living network, which must answer between all attacks. */
async function besiege(seed: number): Promise<Attack> {
  const siege = await Siege.begin(seed, SAMPLES);
  return {
    async go(count, done) {
      siege.attack(count);
      const complaint = siege.complaints();
      if (complaint !== "") throw new Error(`seed ${seed}, after ${done + count} datagrams: ${complaint}`);
    },
    summary() {
      const { received, dropped } = siege.victim.dht.traffic;
      return [`received ${JSON.stringify(received)}`, `dropped  ${JSON.stringify(dropped)}`];
    },
  };
}
