import { VerificationQueue, type VerificationRequest } from "@hashmere/crypto";
import { describe, expect, test } from "vitest";
import { keyOf } from "../vectors.ts";

const signer = keyOf("identity/device");
const key = signer.publicKey;

/** `count` requests, each with data of its own. */
async function requests(count: number, source?: string): Promise<VerificationRequest[]> {
  return await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const data = Buffer.from(`value ${index} of ${source ?? "nobody"}`);
      return { key, data, signature: await signer.sign(data), ...(source !== undefined && { source }) };
    }),
  );
}

describe("the verification queue", () => {
  test("tells valid signatures from invalid ones", async () => {
    const queue = new VerificationQueue();
    const [request] = await requests(1);
    if (request === undefined) return expect.unreachable();
    expect(await queue.verify(request)).toBe("valid");
    expect(await queue.verify({ ...request, data: Buffer.from("another value") })).toBe("invalid");
    expect(await queue.verify({ ...request, key: keyOf("identity/device2").publicKey })).toBe("invalid");
    expect(await queue.verify({ ...request, signature: request.signature.slice(1) })).toBe("invalid");
    expect(await queue.verify({ ...request, key: keyOf("identity/ec_ca").publicKey })).toBe("invalid");
  });

  test("does not take bytes of the signature for bytes of the data", async () => {
    const queue = new VerificationQueue();
    const [request] = await requests(1);
    if (request === undefined) return expect.unreachable();
    expect(await queue.verify(request)).toBe("valid");
    const joined = Buffer.concat([request.signature, request.data]);
    const moved = { key, signature: joined.subarray(0, 257), data: joined.subarray(257) };
    expect(await queue.verify(moved)).toBe("invalid");
  });

  test("checks the same signature once, at a time and afterwards", async () => {
    const queue = new VerificationQueue();
    const [request] = await requests(1);
    if (request === undefined) return expect.unreachable();
    expect(queue.known(request)).toBeUndefined();
    const outcomes = await Promise.all([queue.verify(request), queue.verify(request), queue.verify(request)]);
    expect(outcomes).toEqual(["valid", "valid", "valid"]);
    expect(await queue.verify(request)).toBe("valid");
    expect(queue.known(request)).toBe(true);
    expect(queue.stats()).toMatchObject({ verified: 1, shared: 3, cached: 1 });
  });

  test("remembers a bounded number of outcomes, or none", async () => {
    const all = await requests(8);
    for (const cacheCapacity of [5, 0]) {
      const queue = new VerificationQueue({ cacheCapacity });
      for (const request of all) await queue.verify(request);
      expect(queue.stats()).toMatchObject({ verified: 8, cached: cacheCapacity });
    }
  });

  test("refuses what it has no room for, at once, and is itself again afterwards", async () => {
    const queue = new VerificationQueue({ capacity: 4, capacityPerSource: 4, concurrency: 1 });
    const all = await requests(8);
    const outcomes = await Promise.all(all.map((request) => queue.verify(request)));
    expect(outcomes).toEqual([...Array(5).fill("valid"), ...Array(3).fill("refused")]);
    expect(queue.stats()).toMatchObject({ verified: 5, refused: 3, waiting: 0 });
    const last = all.at(-1);
    if (last === undefined) return expect.unreachable();
    expect(queue.known(last)).toBeUndefined();
    expect(await queue.verify(last)).toBe("valid");
  });

  test("lets a quiet source pass by one that floods", async () => {
    const queue = new VerificationQueue({ capacity: 100, capacityPerSource: 20, concurrency: 1 });
    const flood = await requests(60, "flooder");
    const [quiet] = await requests(1, "quiet");
    if (quiet === undefined) return expect.unreachable();
    const order: string[] = [];
    const flooded = flood.map(async (request) => {
      const outcome = await queue.verify(request);
      order.push("flooder");
      return outcome;
    });
    const served = queue.verify(quiet).then((outcome) => {
      order.push("quiet");
      return outcome;
    });
    expect(await served).toBe("valid");
    const outcomes = await Promise.all(flooded);
    expect(outcomes.filter((outcome) => outcome === "refused")).toHaveLength(60 - 21);
    const answered = order.slice(outcomes.filter((outcome) => outcome === "refused").length);
    expect(answered.indexOf("quiet")).toBeLessThan(4);
  });
});
