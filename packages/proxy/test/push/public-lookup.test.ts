import { type LookupAddress, lookup } from "node:dns";
import { expect, test, vi } from "vitest";
import { type PostOutcome, post } from "../../src/push/index.ts";

// Names lead where a test says.

vi.mock("node:dns", async (original) => ({ ...(await original<typeof import("node:dns")>()), lookup: vi.fn() }));

function postWhere(error: Error | null, ...addresses: string[]): Promise<PostOutcome> {
  const found = addresses.map((address): LookupAddress => ({ address, family: address.includes(":") ? 6 : 4 }));
  vi.mocked(lookup as unknown as (...given: unknown[]) => void).mockImplementation((...given) => {
    const callback = given.at(-1) as (error: Error | null, addresses: readonly LookupAddress[]) => void;
    callback(error, found);
  });
  const url = new URL("https://push.example/");
  return post({ url, headers: {}, body: "", token: "T", isForeign: true });
}

test.each([[["10.0.0.1"]], [["fd00::1", "192.168.0.1"]], [["8.8.8.8", "127.0.0.1"]]])(
  "a post to a name that leads to %j is refused: it would be no better later",
  async (addresses) => {
    expect(await postWhere(null, ...addresses)).toEqual({ kind: "refused" });
  },
);

test("a post to a name that nobody knows now is worth another attempt", async () => {
  expect(await postWhere(new Error("ENOTFOUND"))).toEqual({ kind: "unreachable" });
});
