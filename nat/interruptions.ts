import type { Path } from "@hashmere/connect";
import { expect } from "vitest";
import type { DeviceProcess } from "./device-process.ts";
import type { Report } from "./device-protocol.ts";
import { TURN } from "./lab.ts";
import { record, recordAttempt } from "./measurements.ts";
import { Scene } from "./scene.ts";

/** What the protocol promises, with room for a busy machine. */
const NOTICED_MS = { "in traffic": 5_000 + 5_000, idle: 15_000 + 5_000 } as const;
const MADE_ANEW_MS = 5_000 + 5_000;

/**
 * Two kinds of routers between which devices meet in this way. The first is the one to interrupt: a full cone keeps the way
 * open through most of what may happen to it.
 */
const ROUTERS = {
  TCP: ["port-restricted", "port-restricted"],
  UDP: ["symmetric", "full-cone"],
  relay: ["symmetric", "symmetric"],
} as const;

type Way = keyof typeof ROUTERS;
/** The caller, a, or the called side, b. */
type End = "a" | "b";

export const SIDES = { a: "caller", b: "called side" } as const;

/** A pair of devices: how they meet, and at whose end the way is to be interrupted. */
export interface Pair {
  readonly way: Way;
  readonly end: End;
}

/** Pairs of devices whose ways to each other are to be interrupted, each in networks of their own. */
export class Interruptions implements AsyncDisposable {
  readonly scene: Scene;
  readonly #pairs: readonly Pair[];

  private constructor(scene: Scene, pairs: readonly Pair[]) {
    this.scene = scene;
    this.#pairs = pairs;
  }

  /** At most seven pairs: that many networks the laboratory has. */
  static async open(pairs: readonly Pair[]): Promise<Interruptions> {
    const networks = pairs.flatMap(({ way, end }, i) => [
      [networkOf(end, i), ROUTERS[way][0]],
      [networkOf(end === "a" ? "b" : "a", i), ROUTERS[way][1]],
    ]);
    return new Interruptions(await Scene.open(Object.fromEntries(networks)), pairs);
  }

  /** The devices of a pair, with an idle channel from the first to the second, and one with traffic in both directions. */
  async connected(i: number, traffic: "idle" | "in traffic") {
    const { scene } = this;
    const options = { turn: TURN };
    const [a, b] = await Promise.all(
      (["a", "b"] as const).map((end) => scene.device(`${networkOf(end, i)}1`, { options })),
    );
    if (a === undefined || b === undefined) throw new Error("there are two devices");
    const answer = await a.do({ do: "connect", device: b.deviceId, bytes: 1000 });
    recordAttempt("before the interruption", a.host, b.host, answer);
    expect(answer).toMatchObject({ ok: true, path: pathOf(this.#pairs[i]?.way) });
    if (traffic === "in traffic") await a.do({ do: "talk", device: b.deviceId });
    return { a, b };
  }

  /** All of them notice that the way is dead. Returns when the first device did, in Unix ms. */
  async noticed(scenario: string, devices: readonly DeviceProcess[], since: number, traffic: keyof typeof NOTICED_MS) {
    const reports = await Promise.all(
      devices.map(async (device) => {
        const report = await device.until(isClosed, NOTICED_MS[traffic], since);
        const way = report.event === "connection" ? (report.code ?? "") : "";
        record({ scenario, from: device.host, to: "noticed", way, ms: report.at - since });
        return report;
      }),
    );
    return reports[0]?.at ?? since;
  }

  async madeAnew(scenario: string, device: DeviceProcess, since: number): Promise<void> {
    const report = await device.until(isUp, MADE_ANEW_MS, since);
    record({ scenario, from: device.host, to: "connected anew", way: "by itself", ms: report.at - since });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.scene[Symbol.asyncDispose]();
  }
}

export function networkOf(end: End, i: number): string {
  return `${end}${i}x`;
}

function pathOf(way: Way | undefined): Partial<Path> {
  return way === "relay" ? { relayed: true } : { relayed: false, transport: way === "UDP" ? "udp" : "tcp" };
}

const isClosed = (report: Report) =>
  report.event === "connection" && report.status === "closed" && report.path !== undefined;
const isUp = (report: Report) => report.event === "connection" && report.status === "connected";
