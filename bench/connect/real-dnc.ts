import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, type Readable, type Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { generateIdentity, saveIdentity } from "@hashmere/crypto";
import type { Place } from "./place.ts";
import { writeMany } from "./write-many.ts";

/** Less than the others carry, as it takes its time. */
const DNC_BYTES = 64 * 1024 * 1024;
/** It says nothing when it has started, and nothing when it can't connect. */
const START_MS = 4_000;
const CONNECTED = "Connected!\n";
const CONNECT_MS = 30_000;

type Dnc = ChildProcessByStdio<Writable, Readable, null>;

/** The same figures for the real DHTNet's `dnc`, a server and a client of it, which meet through a DHT node of ours. */
export async function measureDnc(dnc: string, place: Place): Promise<Record<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), "hashmere-dnc-"));
  const programs: ReturnType<typeof start>[] = [];
  const run = (prefix: readonly string[], cache: string, args: readonly string[]) => {
    const program = start([...prefix, "env", `DHTNET_CACHE_DIR=${cache}`, dnc, "-b", place.host, ...args]);
    programs.push(program);
    return program;
  };
  try {
    const service = start([...place.server, process.execPath, SERVICE_PROGRAM, place.host]);
    programs.push(service);
    const [line] = await once(service.stdout, "data");
    const port = Number(line);
    const authority = await generateIdentity("authority", { bits: 2048 });
    const identity = async (name: string) => {
      const made = await generateIdentity(name, { bits: 2048, issuer: authority });
      await saveIdentity(made, join(folder, name));
      return { id: Buffer.from(made.certificate.publicKey.longId()).toString("hex"), files: keys(join(folder, name)) };
    };
    const [server, client] = await Promise.all([identity("server"), identity("client")]);
    const caches = ["server", "client"].map((name) => join(folder, `${name}-cache`));
    const [serverCache = "", clientCache = ""] = caches;
    const certificates = join(clientCache, "certStore", "certificates");
    for (const each of [serverCache, certificates]) mkdirSync(each, { recursive: true });
    // Without the certificate at hand, its first connections mostly hang.
    cpSync(join(folder, "server.crt"), join(certificates, server.id));
    const settings = join(folder, "dnc.yaml");
    writeFileSync(settings, `authorized_services:\n  - ip: "127.0.0.1"\n    port: ${port}\n`);
    run(place.server, serverCache, ["-l", "-a", "-d", settings, ...server.files]).stdout.resume();
    await sleep(START_MS);
    const connect = () =>
      connected(run(place.client, clientCache, ["-i", "127.0.0.1", "-P", `${port}`, ...client.files, server.id]));
    return { up_mb_per_s: await up(await connect()), down_mb_per_s: await down(await connect()) };
  } finally {
    for (const program of programs) program.kill("SIGKILL");
    await Promise.all(programs.map((program) => program.exitCode ?? program.signalCode ?? once(program, "close")));
    rmSync(folder, { recursive: true });
  }
}

const SERVICE_PROGRAM = fileURLToPath(new URL("dnc-service.ts", import.meta.url));

function start([command = "", ...args]: readonly string[]): Dnc {
  const program = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  program.stdin.on("error", () => {}); // it is killed at the end
  return program;
}

function keys(path: string): string[] {
  return ["-c", `${path}.crt`, "-p", `${path}.pem`];
}

/** A client, once it is connected: what is written to it, and what comes. */
async function connected(client: Dnc): Promise<{ readonly input: Writable; readonly output: Readable }> {
  const output = new PassThrough();
  const opened = Promise.withResolvers<void>();
  const timer = setTimeout(() => opened.reject(new Error("the real dnc does not connect")), CONNECT_MS);
  let head = "";
  client.stdout.on("data", function onHead(chunk: Buffer) {
    head += chunk.toString("latin1");
    const at = head.indexOf(CONNECTED);
    if (at < 0) return;
    client.stdout.off("data", onHead).pipe(output);
    opened.resolve();
  });
  await opened.promise;
  clearTimeout(timer);
  return { input: client.stdin, output };
}

async function up({ input, output }: { readonly input: Writable; readonly output: Readable }): Promise<number> {
  const begun = performance.now();
  input.write(`sink ${DNC_BYTES}\n`);
  const done = once(output, "data");
  await writeMany(input, DNC_BYTES);
  await done;
  return DNC_BYTES / 1e3 / (performance.now() - begun);
}

async function down({ input, output }: { readonly input: Writable; readonly output: Readable }): Promise<number> {
  const begun = performance.now();
  input.write(`source ${DNC_BYTES}\n`);
  let left = DNC_BYTES;
  for await (const chunk of output) {
    left -= chunk.length;
    if (left <= 0) break;
  }
  return DNC_BYTES / 1e3 / (performance.now() - begun);
}
