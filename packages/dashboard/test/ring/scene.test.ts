import { describe, expect, it } from "vitest";
import { MAX_LISTENERS, MAX_PATHS, RingScene } from "../../page/ring/scene.ts";

const ID = "8".padEnd(40, "0");

describe("what a ring shows", () => {
  it("keeps a node's place when its look changes", () => {
    const scene = new RingScene();
    const dot = scene.place(ID, "good");
    expect(scene.place(ID, "gone")).toBe(dot);
    expect(dot).toMatchObject({ turn: 0.5, look: "gone" });
  });

  it("forgets nodes that are not named any more", () => {
    const scene = new RingScene();
    scene.place(ID, "good");
    scene.keepOnly(new Set());
    expect(scene.dots.size).toBe(0);
  });

  it("marks who listens, dot or not, up to a limit", () => {
    const scene = new RingScene();
    scene.markListeners(new Set([ID]));
    expect(scene.listeners).toMatchObject([{ id: ID, turn: 0.5 }]);
    scene.markListeners(new Set(Array.from({ length: MAX_LISTENERS + 1 }, (_, index) => ID + index)));
    expect(scene.listeners).toHaveLength(MAX_LISTENERS);
    scene.markListeners(new Set());
    expect(scene.listeners).toEqual([]);
  });

  it("forgets lines that have faded, and the oldest where there are too many", () => {
    const scene = new RingScene();
    for (let i = 0; i < MAX_PATHS + 10; i++)
      scene.addPath({ from: 0, to: 0.5, look: "message", startedAt: i, endsAt: i + 1000 });
    expect(scene.paths).toHaveLength(MAX_PATHS);
    expect(scene.paths[0]?.startedAt).toBe(10);
    scene.sweep(MAX_PATHS + 1000);
    expect(scene.paths.map(({ startedAt }) => startedAt)).toEqual([241, 242, 243, 244, 245, 246, 247, 248, 249]);
  });
});
