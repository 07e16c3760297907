// Signed and encrypted values in a few of our nodes in one process: the work of `cnode secure`, and the same line of JSON.
//   node bench/ours/secure.ts [--n 8] [--ops 200] [--window 32]
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { generateIdentity, VerificationQueue, type VerificationRequest } from "@hashmere/crypto";
import { DhtRunner, InfoHash } from "@hashmere/dht";
import { quantile } from "../quantile.ts";
import { type Parallel, parallel } from "./parallel.ts";
import { WITHOUT_LIMITS } from "./without-limits.ts";

const KEY_BITS = 4_096;
const VALUE_BYTES = 64;
const SETTLE_MS = 2_000;
const SIGNATURES = 100;
const CHECKS = 2_000;
/** Checks asked for at once: fewer than the queue holds for one source. */
const CHECK_WINDOW = 64;
const ROUND_TRIPS = 30;

const { values: options } = parseArgs({
  options: {
    n: { type: "string", default: "8" },
    ops: { type: "string", default: "200" },
    window: { type: "string", default: "32" },
  },
});
const operations = Number(options.ops);
const value = new Uint8Array(VALUE_BYTES).fill(7);

const alice = await generateIdentity("alice", { bits: KEY_BITS });
const bob = await generateIdentity("bob", { bits: KEY_BITS });

const request: VerificationRequest = {
  key: alice.key.publicKey,
  data: value,
  signature: await alice.key.sign(value),
};
const signs = await parallel(SIGNATURES, 1, async () => (await alice.key.sign(value)).length > 0);
const checks = await parallel(CHECKS, 1, async () => request.key.checkSignatureSync(value, request.signature));
const queued = await checkInQueue(new VerificationQueue({ cacheCapacity: 0 }));
const cached = await checkInQueue(new VerificationQueue());

const nodes = await startNodes();
await sleep(SETTLE_MS);
const [hers, his] = nodes;
if (hers === undefined || his === undefined) throw new RangeError("two nodes at least: --n 2");

const window = Number(options.window);
const puts = await parallel(operations, window, async (i) => (await hers.putSigned(`signed${i}`, value)).ok);
const gets = await parallel(operations, window, async (i) => (await his.getAll(`signed${i}`)).length > 0);
const roundTripMs: number[] = [];
const bobId = InfoHash.fromBytes(bob.key.publicKey.shortId());
const roundTrips = await parallel(ROUND_TRIPS, 1, async (i) => {
  const start = performance.now();
  const { ok } = await hers.putEncrypted(`secret${i}`, bobId, value);
  const found = await his.getAll(`secret${i}`);
  roundTripMs.push(performance.now() - start);
  return ok && found.length > 0;
});

console.log(
  JSON.stringify({
    signs_per_s: signs.perSecond,
    checks_per_s: checks.perSecond,
    queued_checks_per_s: queued.perSecond,
    cached_checks_per_s: cached.perSecond,
    puts_per_s: puts.perSecond,
    put_cpu_ms: puts.cpuMs,
    gets_per_s: gets.perSecond,
    get_cpu_ms: gets.cpuMs,
    round_trip_p50_ms: quantile(roundTripMs, 0.5),
    failures: [signs, checks, queued, cached, puts, gets, roundTrips].reduce((sum, { failures }) => sum + failures, 0),
  }),
);
process.exit(0); // graceful shutdowns are not part of the work

async function startNodes(): Promise<readonly DhtRunner[]> {
  const started: DhtRunner[] = [];
  for (let i = 0; i < Number(options.n); i++) {
    const way = started[0]?.getBound(4)?.port;
    const identity = [alice, bob][i];
    started.push(await DhtRunner.run({ ...WITHOUT_LIMITS, identity, ...(way && { bootstrap: [`127.0.0.1:${way}`] }) }));
  }
  return started;
}

/** A few signatures again and again, as when many nodes hold the same values. */
async function checkInQueue(queue: VerificationQueue): Promise<Parallel> {
  // Questions about one signature share the check that is under way: there are as many as are asked about at once.
  const requests = await Promise.all(Array.from({ length: CHECK_WINDOW }, (_, i) => signedData(i)));
  for (const each of requests) await queue.verify(each);
  return parallel(CHECKS, CHECK_WINDOW, async (i) => {
    return (await queue.verify(requests[i % CHECK_WINDOW] ?? request)) === "valid";
  });
}

async function signedData(i: number): Promise<VerificationRequest> {
  const data = new Uint8Array(VALUE_BYTES).fill(i);
  return { ...request, data, signature: await alice.key.sign(data) };
}
