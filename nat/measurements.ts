import { appendFileSync, readFileSync } from "node:fs";
import type { Path } from "@hashmere/connect";
import type { Answer } from "./device-protocol.ts";

/** Where the tests of a run write what they have measured: one object per line. */
export const MEASUREMENTS_VARIABLE = "NAT_MEASUREMENTS";

/** How one device reached another, or a time that something took. */
export interface Measurement {
  readonly scenario: string;
  readonly from: string;
  readonly to: string;
  /** How they met, or the code with which it failed. */
  readonly way: string;
  readonly ms: number;
}

/** What came of an attempt to connect; it is printed when all tests have ended. */
export function recordAttempt(scenario: string, from: string, to: string, { ok, ms, path, code }: Answer): void {
  record({ scenario, from, to, way: ok && path ? describePath(path) : (code ?? "no path"), ms });
}

export function record(measurement: Measurement): void {
  const file = process.env[MEASUREMENTS_VARIABLE];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(measurement)}\n`);
}

export function readMeasurements(file: string): readonly Measurement[] {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line): Measurement => JSON.parse(line));
}

/** A table for each scenario, with the middle of what its attempts took. */
export function describeMeasurements(measurements: readonly Measurement[]): string {
  const scenarios = Map.groupBy(measurements, ({ scenario }) => scenario);
  return [...scenarios].map(([scenario, rows]) => table(scenario, rows)).join("\n\n");
}

function table(scenario: string, rows: readonly Measurement[]): string {
  const width = Math.max(...rows.map(({ from, to }) => from.length + to.length));
  const lines = rows.map(
    ({ from, to, way, ms }) => `  ${`${from} → ${to}`.padEnd(width + 3)}  ${seconds(ms).padStart(8)}  ${way}`,
  );
  const times = rows.filter(({ way }) => !way.startsWith("ERR_")).map(({ ms }) => ms);
  const middle = times.toSorted((a, b) => a - b)[Math.floor((times.length - 1) / 2)];
  const summary = middle !== undefined && times.length > 2 ? `: half within ${seconds(middle)}` : "";
  return [`${scenario}${summary}`, ...lines].join("\n");
}

export function describePath({ transport, localType, remoteType, local, relayed, mapped }: Path): string {
  const how = relayed ? "relayed" : mapped ? "direct, mapped port" : "direct";
  return `${how}, ${transport} over IPv${local.family}, ${localType}/${remoteType}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
