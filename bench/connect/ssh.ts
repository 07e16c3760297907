import { type ChildProcessByStdio, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { quantile } from "../quantile.ts";
import type { Place } from "./place.ts";
import { BULK_BYTES, writeMany } from "./write-many.ts";

const SSHD = "/usr/sbin/sshd";
/** Without this folder, Debian's sshd doesn't start. */
const PRIVILEGE_SEPARATION = "/run/sshd";
const ROUND_TRIPS = 2_000;
/** A second apart: the server may need a moment to listen. */
const CONNECTION_ATTEMPTS = 10;

export function hasSsh(): boolean {
  return existsSync(SSHD) && process.getuid?.() === 0;
}

/** The same figures for `ssh`, against a server of our own, with keys and a configuration that last for one measurement. */
export async function measureSsh(place: Place): Promise<Record<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), "hashmere-ssh-"));
  const server = await startServer(place, folder);
  try {
    return await measure((command) => startClient(place, folder, server.port, command));
  } finally {
    server.process.kill();
    await once(server.process, "close");
    rmSync(folder, { recursive: true });
  }
}

type Ssh = ChildProcessByStdio<Writable, Readable, null>;
type Start = (command: string) => Ssh;

async function measure(start: Start): Promise<Record<string, number>> {
  return {
    up_mb_per_s: await timed(start("echo; cat > /dev/null"), async (ssh) => {
      await writeMany(ssh.stdin, BULK_BYTES);
      ssh.stdin.end();
      await once(ssh, "close");
    }),
    down_mb_per_s: await timed(start(`echo; head -c ${BULK_BYTES} /dev/zero`), async (ssh) => {
      ssh.stdout.resume();
      await once(ssh, "close");
    }),
    round_trip_p50_us: await roundTrip(start("cat")),
  };
}

/** MB/s from the moment on when the command at the other side runs. */
async function timed(ssh: Ssh, transfer: (ssh: Ssh) => Promise<void>): Promise<number> {
  await once(ssh.stdout, "data");
  const begun = performance.now();
  await transfer(ssh);
  return BULK_BYTES / 1e3 / (performance.now() - begun);
}

async function roundTrip(ssh: Ssh): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < ROUND_TRIPS; i++) {
    const begun = performance.now();
    ssh.stdin.write("x");
    await once(ssh.stdout, "data");
    times.push((performance.now() - begun) * 1000);
  }
  ssh.stdin.end();
  await once(ssh, "close");
  return quantile(times, 0.5);
}

async function startServer({ host, server }: Place, folder: string) {
  for (const key of ["host", "user"])
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, key)]);
  const port = await freePort();
  const configuration = join(folder, "sshd_config");
  const lines = [
    `ListenAddress ${host}:${port}`,
    `HostKey ${join(folder, "host")}`,
    `AuthorizedKeysFile ${join(folder, "user.pub")}`,
    "PermitRootLogin prohibit-password",
    "StrictModes no",
    "UsePAM no",
    "PidFile none",
  ];
  writeFileSync(configuration, `${lines.join("\n")}\n`);
  mkdirSync(PRIVILEGE_SEPARATION, { recursive: true });
  const [command = SSHD, ...rest] = [...server, SSHD, "-D", "-e", "-f", configuration];
  const running = spawn(command, rest, { stdio: "ignore" });
  await once(running, "spawn");
  return { process: running, port };
}

function startClient({ host, client }: Place, folder: string, port: number, command: string): Ssh {
  const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR", "IdentitiesOnly=yes"];
  options.push(`ConnectionAttempts=${CONNECTION_ATTEMPTS}`);
  const args = ["-F", "none", "-i", join(folder, "user"), "-p", `${port}`, ...options.flatMap((one) => ["-o", one])];
  const [first = "ssh", ...rest] = [...client, "ssh", ...args, `${userInfo().username}@${host}`, command];
  return spawn(first, rest, { stdio: ["pipe", "pipe", "inherit"] });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" ? (address?.port ?? 0) : 0;
}
