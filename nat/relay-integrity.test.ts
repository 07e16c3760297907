import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TURN } from "./lab.ts";
import { record } from "./measurements.ts";
import { Scene } from "./scene.ts";

// Much at once, in both directions, over a relay: coturn gets stuck on a connection that brings more than it can hold.

const LINES = {
  "without delay": { networks: { sa: "symmetric", sb: "symmetric" }, bytes: 10_000_000, channels: 10 },
  "at a round trip of 80 ms": {
    networks: { sa: "symmetric+delay=20", sb: "symmetric+delay=20" },
    bytes: 2_000_000,
    channels: 2,
  },
} as const;

for (const [line, { networks, bytes, channels }] of Object.entries(LINES)) {
  describe(`two devices at a relay, ${line}`, () => {
    let scene: Scene;

    beforeAll(async () => {
      scene = await Scene.open(networks);
    });

    afterAll(async () => {
      await scene[Symbol.asyncDispose]();
    });

    test(`get back every one of ${bytes / 1e6} megabytes that they send at once`, async () => {
      const options = { turn: TURN, udp: false };
      const [asking, asked] = await Promise.all([scene.device("sa1", { options }), scene.device("sb1", { options })]);
      const send = () => asking.do({ do: "connect", device: asked.deviceId, bytes });
      await send();
      for (const answer of await Promise.all(Array.from({ length: channels }, send))) {
        expect(answer).toMatchObject({ ok: true, path: { relayed: true } });
        const ms = (answer.allMs ?? 0) - answer.ms;
        const way = `over a relay, ${line}, ${channels} at once`;
        record({ scenario: `${bytes / 1e6} MB and back`, from: "sa", to: "sb", way, ms });
      }
    });
  });
}
