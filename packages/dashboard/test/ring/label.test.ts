import fc from "fast-check";
import { expect, it } from "vitest";
import { labelPlace } from "../../page/ring/label.ts";
import { measuresOf } from "../../page/ring/painter.ts";

const turn = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

it("the label of a key never lies on that of the node", () => {
  fc.assert(
    fc.property(
      turn,
      fc.double({ min: -0.05, max: 0.05, noNaN: true }),
      fc.integer({ min: 300, max: 900 }),
      (node, off, size) => {
        const measures = measuresOf(size, 40);
        const own = labelPlace(node, size, measures);
        const key = labelPlace((node + off + 1) % 1, size, measures, node);
        const letters = Math.round(Math.max(12, size / 46));
        const isClear = Math.abs(own.x - key.x) >= 9 * letters || Math.abs(own.y - key.y) >= 1.29 * letters;
        expect(isClear).toBe(true);
      },
    ),
  );
});
