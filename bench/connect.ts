/**
 * Channels of a link beside plain TLS and ssh, in one run: two processes over loopback, or over a veth pair between two network
 * namespaces of its own where this may be done.
 *
 *     npm run bench -- connect [--reps 3] [--path loopback|veth] [--only link,tls] [--json FILE]
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Place } from "./connect/place.ts";
import { measureDnc } from "./connect/real-dnc.ts";
import { hasSsh, measureSsh } from "./connect/ssh.ts";
import { type MetricNames, Samples } from "./measurement.ts";
import { formatTable, rowsOf } from "./report.ts";

const LINK = "link";
const TLS = "tls";
const SSH = "ssh";
const DNC = "dnc";
/** In one repetition; in the next one the other way round. */
const CONTENDERS = [LINK, TLS, "frames", "udp", SSH, DNC] as const;
const METRICS: MetricNames = {
  up_mb_per_s: ["one channel, caller to callee", "MB/s"],
  down_mb_per_s: ["one channel, callee to caller", "MB/s"],
  round_trip_p50_us: ["round trip of 1 byte: p50", "µs"],
  open_1000_ms: ["1,000 channels: opened", "ms"],
  echo_1000_ms: ["1,000 channels: 1,000 bytes echoed on each", "ms"],
  kb_per_channel: ["memory of an idle channel, one side", "KiB"],
  kb_unread: ["held of 100 MiB on 100 channels that nobody reads", "KiB"],
  kb_per_link: ["memory of a link without channels, one side", "KiB"],
};

const LOOPBACK: Place = { name: "loopback", host: "127.0.0.1", server: [], client: [] };

export async function run(args: readonly string[]): Promise<void> {
  const { values: options } = parseArgs({
    args: [...args],
    options: {
      reps: { type: "string", default: "3" },
      path: { type: "string" },
      only: { type: "string", default: CONTENDERS.join(",") },
      json: { type: "string" },
    },
  });
  const samples = new Samples();
  const only = options.only.split(",");
  const contenders = CONTENDERS.filter((name) => only.includes(name));
  const wanted = options.path ?? (process.getuid?.() === 0 ? "veth" : "loopback");
  using veth = wanted === "veth" ? new VethPair() : undefined;
  for (const path of veth === undefined ? [LOOPBACK] : [LOOPBACK, veth.path]) {
    for (let repetition = 1; repetition <= Number(options.reps); repetition++) {
      console.error(`${path.name}: repetition ${repetition} of ${options.reps} …`);
      await measure(path, repetition % 2 === 0 ? contenders.toReversed() : contenders, samples);
    }
  }
  const [first = LINK, second = TLS] = contenders;
  const rows = rowsOf(samples.measurements, first, second);
  console.log(formatTable(rows, contenders));
  if (options.json !== undefined) {
    const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
    writeFileSync(options.json, `${JSON.stringify({ machine, options, rows }, null, 2)}\n`);
  }
}

async function measure(path: Place, kinds: readonly string[], samples: Samples): Promise<void> {
  const server = start(path.server, ["--expose-gc", program("server"), path.host]);
  const [line] = await once(createInterface(server.stdout), "line");
  const ports: Record<string, number> = JSON.parse(String(line));
  for (const kind of kinds) {
    const figures = await figuresOf(kind, path, ports[kind]);
    if (figures !== undefined) samples.addAll(path.name, METRICS, kind, figures);
  }
  server.stdin.end();
  await once(server, "close");
}

/** Undefined where there is no such program, or it has no way here: the real dnc never uses loopback. */
async function figuresOf(
  kind: string,
  path: Place,
  port: number | undefined,
): Promise<Record<string, number> | undefined> {
  const { REAL_DNC } = process.env;
  if (kind === SSH) return hasSsh() ? measureSsh(path) : undefined;
  if (kind === DNC) return REAL_DNC !== undefined && path !== LOOPBACK ? measureDnc(REAL_DNC, path) : undefined;
  const client = start(path.client, ["--expose-gc", program("client"), kind, path.host, String(port)]);
  const [figures] = await once(createInterface(client.stdout), "line");
  return JSON.parse(String(figures));
}

function start(prefix: readonly string[], args: readonly string[]) {
  const [command = process.execPath, ...rest] = [...prefix, process.execPath, ...args];
  return spawn(command, rest, { stdio: ["pipe", "pipe", "inherit"] });
}

function program(name: string): string {
  return fileURLToPath(new URL(`connect/${name}.ts`, import.meta.url));
}

/** Two network namespaces with one cable between them. */
class VethPair implements Disposable {
  readonly path: Place;
  readonly #names = ["a", "b"].map((end) => `hashmere-bench-${process.pid}-${end}`);

  constructor() {
    const [a = "", b = ""] = this.#names;
    ip("netns", "add", a);
    ip("netns", "add", b);
    ip("link", "add", "veth0", "netns", a, "type", "veth", "peer", "name", "veth0", "netns", b);
    for (const [namespace, address] of [
      [a, "10.211.0.1/24"],
      [b, "10.211.0.2/24"],
    ] as const) {
      ip("-n", namespace, "address", "add", address, "dev", "veth0");
      ip("-n", namespace, "link", "set", "veth0", "up");
      ip("-n", namespace, "link", "set", "lo", "up");
    }
    process.once("exit", () => this[Symbol.dispose]());
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
    const inside = (namespace: string) => ["ip", "netns", "exec", namespace];
    this.path = { name: "veth", host: "10.211.0.1", server: inside(a), client: inside(b) };
  }

  /** Whatever is there of it: it may have been disposed of. */
  [Symbol.dispose](): void {
    for (const name of this.#names) spawnSync("ip", ["netns", "delete", name]);
  }
}

function ip(...args: readonly string[]): void {
  const { status, stderr } = spawnSync("ip", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`ip ${args.join(" ")}: ${stderr}`);
}
