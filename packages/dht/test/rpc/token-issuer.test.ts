import { expect, test } from "vitest";
import { SockAddr } from "../../src/address/index.ts";
import { SeededRandom } from "../../src/random/index.ts";
import {
  MAX_CACHED_TOKENS,
  MAX_SECRET_LIFE_MS,
  MIN_SECRET_LIFE_MS,
  TOKEN_BYTES,
  TokenIssuer,
} from "../../src/rpc/index.ts";
import { VirtualScheduler } from "../../src/scheduler/index.ts";

const address = SockAddr.ipv4(0x0a000001, 4222);

function newIssuer(seed = 1): { issuer: TokenIssuer; scheduler: VirtualScheduler } {
  const scheduler = new VirtualScheduler();
  return { issuer: new TokenIssuer(scheduler, new SeededRandom(seed)), scheduler };
}

test("a token has 32 bytes and is good for its address and port alone", () => {
  const { issuer } = newIssuer();
  const token = issuer.issue(address);
  expect(token).toHaveLength(TOKEN_BYTES);
  expect(issuer.accepts(token, SockAddr.ipv4(0x0a000001, 4222))).toBe(true);
  expect(issuer.accepts(token, address.withPort(4223))).toBe(false);
  expect(issuer.accepts(token, SockAddr.ipv4(0x0a000002, 4222))).toBe(false);
  expect(issuer.accepts(token, SockAddr.ipv6(0, 0, 0, 0x0a000001, 4222))).toBe(false);
});

test("in IPv6 the whole address counts", () => {
  const { issuer } = newIssuer();
  const token = issuer.issue(SockAddr.ipv6(1, 2, 3, 4, 5));
  for (const other of [SockAddr.ipv6(9, 2, 3, 4, 5), SockAddr.ipv6(1, 2, 9, 4, 5), SockAddr.ipv6(1, 2, 3, 9, 5)]) {
    expect(issuer.accepts(token, other)).toBe(false);
  }
  expect(issuer.accepts(token, SockAddr.ipv6(1, 2, 3, 4, 5))).toBe(true);
});

test("anything else is refused", () => {
  const { issuer } = newIssuer();
  const token = issuer.issue(address);
  for (const length of [0, 31, 33, 64]) expect(issuer.accepts(new Uint8Array(length), address)).toBe(false);
  for (let i = 0; i < TOKEN_BYTES; i++) {
    const forged = Uint8Array.from(token);
    forged[i] = (forged[i] ?? 0) ^ 1;
    expect(issuer.accepts(forged, address)).toBe(false);
  }
  expect(issuer.accepts(newIssuer(2).issuer.issue(address), address)).toBe(false);
});

test("a token lives 15 … 90 minutes", () => {
  for (let seed = 0; seed < 20; seed++) {
    const { issuer, scheduler } = newIssuer(seed);
    scheduler.advance(seed * 7 * 60_000);
    const token = issuer.issue(address);
    scheduler.advance(MIN_SECRET_LIFE_MS);
    expect(issuer.accepts(token, address)).toBe(true);
    scheduler.advance(2 * MAX_SECRET_LIFE_MS - MIN_SECRET_LIFE_MS);
    expect(issuer.accepts(token, address)).toBe(false);
  }
});

test("after a rotation new tokens are issued, the old ones are still good", () => {
  const { issuer, scheduler } = newIssuer();
  const before = issuer.issue(address);
  scheduler.step();
  const after = issuer.issue(address);
  expect(after).not.toEqual(before);
  expect([issuer.accepts(before, address), issuer.accepts(after, address)]).toEqual([true, true]);
  scheduler.step();
  expect([issuer.accepts(before, address), issuer.accepts(after, address)]).toEqual([false, true]);
});

test(`more than ${MAX_CACHED_TOKENS} addresses change nothing but the work`, () => {
  const { issuer } = newIssuer();
  const tokens = Array.from({ length: MAX_CACHED_TOKENS + 10 }, (_, i) => issuer.issue(SockAddr.ipv4(i, 1)));
  for (const [i, token] of tokens.entries()) expect(issuer.accepts(token, SockAddr.ipv4(i, 1))).toBe(true);
});

test("a closed issuer leaves no timer", () => {
  const { issuer, scheduler } = newIssuer();
  issuer.close();
  expect(scheduler.pending).toBe(0);
});
