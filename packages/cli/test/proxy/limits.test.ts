import { DEFAULT_LIMITS, NO_CLIENT_LIMITS } from "@hashmere/proxy";
import { Command } from "commander";
import { expect, test } from "vitest";
import { addLimitOptions, type LimitOptions } from "../../src/proxy/limit-options.ts";
import { limitsOf } from "../../src/proxy/limits.ts";

/** The limits of a proxy that was started so. */
const limitsWith = (...args: readonly string[]) =>
  limitsOf(addLimitOptions(new Command()).parse(args, { from: "user" }).opts<LimitOptions>());

test("without options the limits are the usual ones, which the help tells", () => {
  expect(limitsWith()).toEqual(DEFAULT_LIMITS);
  const { options } = addLimitOptions(new Command());
  const told = (name: string) =>
    Number(options.find(({ long }) => long === `--max-${name}`)?.description.split("default: ")[1]);
  expect(["connections", "listens", "subscriptions", "permanent-puts", "puts"].map(told)).toEqual([
    DEFAULT_LIMITS.maxConnectionsPerClient,
    DEFAULT_LIMITS.maxListensPerClient,
    DEFAULT_LIMITS.maxSubscriptionsPerClient,
    DEFAULT_LIMITS.maxPermanentPutsPerClient,
    DEFAULT_LIMITS.maxPutsPerSecondPerClient,
  ]);
  expect(told("megabytes") * 2 ** 20).toBe(DEFAULT_LIMITS.maxBytesPerClient);
});

test("--no-client-limits leaves what a request and a reader may cost, and what --max-… sets", () => {
  expect(limitsWith("--no-client-limits")).toEqual({ ...DEFAULT_LIMITS, ...NO_CLIENT_LIMITS });
  expect(limitsWith("--no-client-limits", "--max-puts", "5")).toEqual({
    ...DEFAULT_LIMITS,
    ...NO_CLIENT_LIMITS,
    maxPutsPerSecondPerClient: 5,
  });
});

test("fewer listens leave the rest as it is; more bring connections and requests for them", () => {
  expect(limitsWith("--max-listens", "1")).toEqual({ ...DEFAULT_LIMITS, maxListensPerClient: 1 });
  expect(limitsWith("--max-listens", "50000")).toEqual({
    ...DEFAULT_LIMITS,
    maxListensPerClient: 50_000,
    maxConnectionsPerClient: 50_000,
    maxConnections: 50_000,
    maxRequestsPerClient: 100_000,
    maxRequests: 100_000,
  });
});

test("one client may have all that all together may have, and then there may be more", () => {
  const most = ["--max-megabytes", "2048", "--max-subscriptions", "200000", "--max-permanent-puts", "200000"];
  expect(limitsWith(...most)).toMatchObject({
    maxBytes: 2 ** 31,
    maxBytesPerClient: 2 ** 31,
    maxSubscriptions: 200_000,
    maxSubscriptionsPerClient: 200_000,
    maxPermanentPuts: 200_000,
    maxPermanentPutsPerClient: 200_000,
  });
});
