import { expect, test } from "vitest";
import { bytesOf, DATAGRAMS, MALFORMED } from "../wire/captured/load.ts";
import { Siege } from "./siege.ts";

const SEED = 20_260_102;

test("200 000 spoilt, forged and random datagrams leave a node as able as it was", { timeout: 60_000 }, async () => {
  const siege = await Siege.begin(SEED, [...DATAGRAMS, ...MALFORMED].map(bytesOf));
  for (let chunk = 0; chunk < 4; chunk++) {
    siege.attack(50_000);
    expect(siege.complaints()).toBe("");
  }
  const { received, dropped } = siege.victim.dht.traffic;
  // The attack reaches every kind of message, and every reason to drop one that a node without limits has.
  for (const [kind, count] of Object.entries(received)) expect(count, kind).toBeGreaterThan(500);
  const { rateLimited: _, ...reasons } = dropped;
  for (const [reason, count] of Object.entries(reasons)) expect(count, reason).toBeGreaterThan(100);
});
