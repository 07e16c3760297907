import { describe, expect, it } from "vitest";
import type { Frame } from "../../page/simulate/frame.ts";
import { type Conditions, type Scene, tellStory } from "../../page/simulate/story.ts";

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

const CALM: Conditions = { loss: 0, churn: 0, success: 1 };
const tell = (scene: Scene, now: Frame, conditions: Partial<Conditions> = {}) =>
  tellStory(scene, now, { ...CALM, ...conditions });

describe("what a newcomer is told", () => {
  it("begins with the nodes, then their values", () => {
    const start = { deed: "start", before: undefined } as const;
    expect(tell(start, frame([]))).toMatch(/^Nodes join/);
    expect(tell(start, frame([8, 9]))).toContain("keep 2 values");
  });

  it("follows a network from its wound to its healing", () => {
    const kill = { deed: "kill", before: frame([9, 9]) } as const;
    expect(tell(kill, frame([9, 9], { now: 1000 }))).toContain("vanished without a word");
    expect(tell(kill, frame([6, 5], { now: 60_000 }))).toContain("vanished without a word");
    expect(tell(kill, frame([6, 0], { now: 60_000 }))).toMatch(/^1 value had every copy/);
    expect(tell(kill, frame([8, 9], { now: 600_000 }))).toMatch(/^Healed/);
  });

  it("tells when values are gone for good", () => {
    const stop = { deed: "stopWriters", before: frame([9]) } as const;
    expect(tell(stop, frame([9]))).toContain("live on");
    expect(tell(stop, frame([0]))).toContain("they are gone");
  });

  it("tells what a lookup does, and what it has done", () => {
    const look = { deed: "lookUp", before: frame([9]) } as const;
    expect(tell(look, frame([9], { isLookingUp: true }))).toMatch(/^Time goes slowly/);
    expect(tell(look, frame([9]))).toMatch(/^The lookup is over/);
  });

  it("says what the sliders do, and how well the network bears it", () => {
    const turn = { deed: "turn", before: frame([9]) } as const;
    expect(tell(turn, frame([9]))).not.toContain("datagrams");
    const lossy = tell(turn, frame([9]), { loss: 0.5, success: 0.7 });
    expect(lossy).toContain("Of a hundred datagrams 50 get lost");
    expect(lossy).toContain("70 % of the lookups succeed");
    const restless = tell({ deed: "kill", before: frame([9]) }, frame([9]), { churn: 0.2 });
    expect(restless).toContain("Every minute 20 % of the nodes leave");
    expect(restless).toContain("Lookups succeed all the same");
  });

  it("says that values are gone, whatever was done last, when nobody is left to renew them", () => {
    const values = [9, 0, 0].map((copies, index) => ({ name: `value ${index}`, copies, isRenewed: copies > 0 }));
    expect(tell({ deed: "heal", before: undefined }, frame([], { values }))).toMatch(/^2 of 3 values are gone/);
    expect(tell({ deed: "start", before: undefined }, frame([0, 0]))).not.toContain("gone");
  });
});
