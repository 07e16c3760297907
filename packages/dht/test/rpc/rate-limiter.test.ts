import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SockAddr } from "../../src/address/index.ts";
import { SeededRandom } from "../../src/random/index.ts";
import { DEFAULT_MAX_QUERIES_PER_SEC, DEFAULT_NETWORK_SHARE, MAX_COUNTED_QUERIES } from "../../src/rpc/index.ts";
import { RATE_WINDOW_MS, RateLimiter } from "../../src/rpc/rate-limiter.ts";

const random = new SeededRandom(1);
const address = SockAddr.ipv4(0x0a000001, 4222);

/** How many of `count` queries, evenly over `duration` ms from `start` on, are accepted. */
function accepted(limiter: RateLimiter, count: number, duration: number, start = 0, from = address): number {
  let sum = 0;
  for (let i = 0; i < count; i++) if (limiter.accept(from, start + (duration * i) / count)) sum++;
  return sum;
}

describe("with the usual limits", () => {
  test("exactly 1024 of 3000 queries in 0.27 s are accepted, and service resumes a second later", () => {
    const limiter = new RateLimiter({}, random);
    expect(accepted(limiter, 3000, 270)).toBe(1024);
    expect(accepted(limiter, 100, 0, 999)).toBe(0);
    expect(accepted(limiter, 100, 0, 1000)).toBe(1);
    expect(accepted(limiter, 3000, 0, 1270)).toBe(1023);
  });

  test("8192 from everybody together", () => {
    const limiter = new RateLimiter({}, random);
    let sum = 0;
    for (let host = 0; host < 20; host++) sum += accepted(limiter, 1000, 0, 0, SockAddr.ipv4(host, 1));
    expect(sum).toBe(8192);
  });

  test("ports don't matter, nor do the last 64 bits of an IPv6 address", () => {
    const limiter = new RateLimiter({}, random);
    let sum = 0;
    for (let port = 1; port <= 3000; port++) if (limiter.accept(address.withPort(port), 0)) sum++;
    expect(sum).toBe(1024);
    for (let i = 0; i < 3000; i++) if (limiter.accept(SockAddr.ipv6(1, 2, i, i, 1), 0)) sum++;
    expect(sum).toBe(2048);
    expect(limiter.accept(SockAddr.ipv6(1, 3, 0, 0, 1), 0)).toBe(true);
  });

  test("memory follows the traffic and goes with it", () => {
    const limiter = new RateLimiter({}, random);
    for (let host = 0; host < 100_000; host++) limiter.accept(SockAddr.ipv4(host, 1), 0);
    expect(limiter.networkCount).toBe(8192);
    limiter.accept(address, 1000);
    expect(limiter.networkCount).toBe(1);
  });
});

describe("as configured", () => {
  const limits = (maxReqPerSec?: number, maxPeerReqPerSec?: number) => {
    const { maxTotal, maxPerNetwork } = new RateLimiter({ maxReqPerSec, maxPeerReqPerSec }, random);
    return [maxTotal, maxPerNetwork];
  };

  test("0 is the default, negative is unlimited, and one network gets an eighth of the total", () => {
    expect([DEFAULT_MAX_QUERIES_PER_SEC, DEFAULT_NETWORK_SHARE]).toEqual([8192, 1 / 8]);
    expect(limits()).toEqual([8192, 1024]);
    expect(limits(0, 0)).toEqual([8192, 1024]);
    expect(limits(80)).toEqual([80, 10]);
    expect(limits(4)).toEqual([4, 1]);
    expect(limits(80, 3)).toEqual([80, 3]);
    expect(limits(80, -1)).toEqual([80, Number.POSITIVE_INFINITY]);
  });

  test("an unlimited total with nothing said about peers doesn't make the node deaf", () => {
    expect(limits(-1)).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
    expect(limits(-1, 0)).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
    expect(accepted(new RateLimiter({ maxReqPerSec: -1, maxPeerReqPerSec: 0 }, random), 100_000, 0)).toBe(100_000);
  });

  test(`with an unlimited total, at most ${MAX_COUNTED_QUERIES} queries are remembered`, () => {
    const limiter = new RateLimiter({ maxReqPerSec: -1, maxPeerReqPerSec: 2 }, random);
    for (let host = 0; host < MAX_COUNTED_QUERIES * 2; host++) {
      expect(limiter.accept(SockAddr.ipv4(host, 1), 0)).toBe(true);
    }
    expect(limiter.networkCount).toBeLessThanOrEqual(MAX_COUNTED_QUERIES);
    expect(accepted(limiter, 5, 0)).toBe(2);
  });
});

test("in no stretch of a second is any limit exceeded, and nothing within the limits is refused", () => {
  const arrival = fc.record({ wait: fc.integer({ min: 0, max: 300 }), host: fc.integer({ min: 0, max: 3 }) });
  fc.assert(
    fc.property(fc.array(arrival, { maxLength: 400 }), (arrivals) => {
      const limiter = new RateLimiter({ maxReqPerSec: 10, maxPeerReqPerSec: 4 }, random);
      const taken: { at: number; host: number }[] = [];
      let at = 0;
      for (const { wait, host } of arrivals) {
        at += wait;
        const recent = taken.filter((each) => each.at > at - RATE_WINDOW_MS);
        const fits = recent.length < 10 && recent.filter((each) => each.host === host).length < 4;
        expect(limiter.accept(SockAddr.ipv4(host, 1), at)).toBe(fits);
        if (fits) taken.push({ at, host });
      }
    }),
  );
});
