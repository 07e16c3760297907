import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TURN } from "./lab.ts";
import { recordAttempt } from "./measurements.ts";
import { Scene } from "./scene.ts";

// Lines that lose packets, lines that take their time, and no line at all between two devices of one home.

const BYTES = 100_000;

let scene: Scene;

/** Devices on these hosts; the first asks the others, one after the other. */
async function connect(
  scenario: string,
  networks: Readonly<Record<string, string>>,
  from: string,
  to: readonly string[],
) {
  const options = { turn: TURN };
  const [asking, ...asked] = await Promise.all([from, ...to].map((host) => scene.device(host, { options })));
  if (!asking) throw new TypeError("nobody asks");
  const kind = (host: string) => networks[host.slice(0, -1)] ?? host;
  for (const other of asked) {
    const answer = await asking.do({ do: "connect", device: other.deviceId, bytes: BYTES });
    recordAttempt(scenario, kind(from), kind(other.host), answer);
    expect(answer.ok).toBe(true);
  }
}

describe("lines that lose every tenth packet in each direction", () => {
  const LOSSY = {
    pa: "port-restricted+loss=10",
    pb: "port-restricted+loss=10",
    sb: "symmetric+loss=10",
    pc: "port-restricted+loss=10",
  };

  beforeAll(async () => {
    scene = await Scene.open(LOSSY);
  });

  afterAll(async () => {
    await scene[Symbol.asyncDispose]();
  });

  test("are good enough to meet, and for every byte to come back", async () => {
    await connect("10 % lost", LOSSY, "pa1", ["pb1", "pc1", "sb1"]);
  });
});

describe("lines of 20 ms in each home: 40 ms one way between two homes", () => {
  const SLOW = {
    pa: "port-restricted+delay=20",
    pb: "port-restricted+delay=20",
    pc: "port-restricted+delay=20",
    fb: "full-cone+delay=20",
    ab: "addr-restricted+delay=20",
    sa: "symmetric+delay=20",
    sb: "symmetric+delay=20",
    sc: "symmetric+delay=20",
    sd: "symmetric+delay=20",
  };

  beforeAll(async () => {
    scene = await Scene.open(SLOW);
  });

  afterAll(async () => {
    await scene[Symbol.asyncDispose]();
  });

  test("devices meet directly", async () => {
    await connect("40 ms one way", SLOW, "pa1", ["pb1", "pc1", "fb1", "ab1"]);
  });

  test("devices meet at a relay", async () => {
    await connect("40 ms one way, relayed", SLOW, "sa1", ["sb1", "sc1", "sd1"]);
  });
});

describe("lines of 256 kbit/s with room for 3 s of data in their queues", () => {
  const NARROW = { pa: "port-restricted+rate=256kbit+queue=3000", pb: "port-restricted+rate=256kbit+queue=3000" };
  /** Much more than the queues hold. */
  const CHANNELS = 4;
  const BYTES_EACH = 200_000;

  beforeAll(async () => {
    scene = await Scene.open(NARROW);
  });

  afterAll(async () => {
    await scene[Symbol.asyncDispose]();
  });

  test("both directions are full for half a minute, on several channels, and the link lives", async () => {
    const [a, b] = await Promise.all(["pa1", "pb1"].map((host) => scene.device(host)));
    if (!a || !b) throw new TypeError("there are two devices");
    const { deviceId } = b;
    const names = Array.from({ length: CHANNELS }, (_, i) => `channel ${i}`);
    const answers = await Promise.all(
      names.map((name) => a.do({ do: "connect", device: deviceId, bytes: BYTES_EACH, name })),
    );
    for (const answer of answers) {
      recordAttempt("256 kbit/s, both directions full", "pa1", "pb1", answer);
      expect(answer.ok).toBe(true);
    }
  });
});

describe("one home", () => {
  const HOME = { pr: "port-restricted" };

  beforeAll(async () => {
    scene = await Scene.open(HOME);
  });

  afterAll(async () => {
    await scene[Symbol.asyncDispose]();
  });

  test("two devices in it meet without leaving it", async () => {
    await connect("in one home", HOME, "pr1", ["pr2"]);
  });
});
