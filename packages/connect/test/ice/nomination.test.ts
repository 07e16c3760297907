import { expect, test } from "vitest";
import { VirtualScheduler } from "../../../dht/src/scheduler/index.ts";
import { CandidatePair } from "../../src/ice/candidate-pair.ts";
import { type CandidateType, offerCandidates } from "../../src/ice/index.ts";
import { Nomination } from "../../src/ice/nomination.ts";

/** A pair over TCP with a candidate of that type at the other side; the first of two relays is the better one. */
function pairWith(type: CandidateType, port: number): CandidatePair {
  const address = { address: "192.0.2.1", port, family: 4 } as const;
  const base = { kind: "stream", local: address, close: () => {} } as const;
  const [local] = offerCandidates([{ transport: "tcp", type: "host", tcpType: "active", address, base }]);
  if (local === undefined) throw new TypeError("no candidate was offered");
  const priority = 1000 - port;
  const remote = { ...local, type, priority, tcpType: "passive" } as const;
  return new CandidatePair(local, remote, "controlling");
}

function nominating() {
  const scheduler = new VirtualScheduler();
  const proposed: CandidatePair[] = [];
  const nomination = new Nomination(scheduler, (pair) => proposed.push(pair));
  return { scheduler, proposed, nomination };
}

function works(pair: CandidatePair, roundTripMs: number): void {
  pair.state = "succeeded";
  pair.roundTripMs = roundTripMs;
}

test("a relay that works doesn't wait for another one", () => {
  const { proposed, nomination } = nominating();
  const [better, good] = [pairWith("relay", 1), pairWith("relay", 2)];
  better.state = "checking";
  works(good, 80);
  nomination.consider([better, good]);
  expect(proposed).toEqual([good]);
});

test("a relay waits for a direct way one round trip, though another relay took longer", () => {
  const { scheduler, proposed, nomination } = nominating();
  const [direct, slow, quick] = [pairWith("host", 3), pairWith("relay", 1), pairWith("relay", 2)];
  direct.state = "dialling";
  const pairs = [direct, slow, quick];
  works(quick, 120);
  nomination.consider(pairs);
  works(slow, 170);
  nomination.consider(pairs);
  scheduler.advance(119);
  expect(proposed).toEqual([]);
  scheduler.advance(1);
  expect(proposed).toEqual([slow]);
});
