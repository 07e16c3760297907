import { describe, expect, it } from "vitest";
import type { Frame } from "../../page/simulate/frame.ts";
import { tellStory } from "../../page/simulate/story.ts";

const frame = (copies: readonly number[], more: Partial<Frame> = {}): Frame => ({
  now: 0,
  running: 300,
  states: new Uint8Array(),
  flows: new Uint16Array(),
  isSplit: false,
  values: copies.map((each, index) => ({ name: `value ${index}`, copies: each, isRenewed: true })),
  hops: [],
  isLookingUp: false,
  samples: [],
  ...more,
});

describe("what a newcomer is told", () => {
  it("begins with the nodes, then their values", () => {
    const start = { deed: "start", before: undefined } as const;
    expect(tellStory(start, frame([]))).toMatch(/^Nodes join/);
    expect(tellStory(start, frame([8, 9]))).toContain("keep 2 values");
  });

  it("follows a network from its wound to its healing", () => {
    const kill = { deed: "kill", before: frame([9, 9]) } as const;
    expect(tellStory(kill, frame([9, 9], { now: 1000 }))).toContain("vanished without a word");
    expect(tellStory(kill, frame([6, 5], { now: 60_000 }))).toContain("vanished without a word");
    expect(tellStory(kill, frame([6, 0], { now: 60_000 }))).toMatch(/^1 value had every copy/);
    expect(tellStory(kill, frame([8, 9], { now: 600_000 }))).toMatch(/^Healed/);
  });

  it("tells when values are gone for good", () => {
    const stop = { deed: "stopWriters", before: frame([9]) } as const;
    expect(tellStory(stop, frame([9]))).toContain("live on");
    expect(tellStory(stop, frame([0]))).toContain("they are gone");
  });

  it("tells what a lookup does, and what it has done", () => {
    const look = { deed: "lookUp", before: frame([9]) } as const;
    expect(tellStory(look, frame([9], { isLookingUp: true }))).toMatch(/^Time goes slowly/);
    expect(tellStory(look, frame([9]))).toMatch(/^The lookup is over/);
  });
});
