import { expect, test } from "vitest";
import { fuzzPeer } from "./fuzz-peer.ts";

test.each([1, 2, 3])(
  "spoilt messages, frames and descriptions, and signed nonsense, disturb no agent (seed %i)",
  (seed) => {
    const { messages, descriptions } = fuzzPeer(seed, 3000);
    expect(messages).toBeGreaterThan(500);
    expect(descriptions).toBeGreaterThan(500);
  },
);
