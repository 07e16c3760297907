import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Answer } from "./device-protocol.ts";
import { BOOT, TURN } from "./lab.ts";
import type { Scene } from "./scene.ts";

const PORT = 7000;

/** What a real server offers, and what is asked for there. */
const SERVICE = `nc://127.0.0.1:${PORT}`;

/** The real one says nothing when it can't connect. */
const PATIENCE_MS = 40_000;
/** A real server says nothing when it has started either. */
const START_MS = 4_000;

/** Whom to call, and the file with their certificate. */
export interface CalledPeer {
  readonly deviceId: string;
  readonly certificate: string;
  /** Name of the channel to ask for. */
  readonly service: string;
}

/** A real server that runs. */
export interface RealServer extends CalledPeer {
  /** Resolves when it has had the time to start. */
  readonly isUp: Promise<unknown>;
  /** Ends it without notice. */
  kill(): void;
}

/** A real client that runs. */
export interface RealClient {
  readonly process: ChildProcessWithoutNullStreams;
  /** Resolves to how long it took, when it says that it is connected; undefined when it doesn't in time, or ends. */
  readonly connected: Promise<number | undefined>;
  /** What came after that. */
  onData(listener: (data: Buffer) => void): void;
}

/** Runs the real dnc on hosts of a scene. */
export class RealDnc {
  readonly #dnc: string;
  readonly #scene: Scene;

  constructor(dnc: string, scene: Scene) {
    this.#dnc = dnc;
    this.#scene = scene;
  }

  /** A server for whoever comes, with a service behind it that sends back all at once when it has so many bytes. */
  async serve(host: string, bytes: number): Promise<RealServer> {
    const { path, certificate } = await this.#scene.identity(host);
    this.#scene.lab.spawn(host, process.execPath, ["-e", echoProgram(bytes)]);
    const cache = emptyCache();
    const file = join(cache, "dnc.yaml");
    writeFileSync(file, `authorized_services:\n  - ip: "127.0.0.1"\n    port: ${PORT}\n`);
    const server = this.#spawn(host, cache, ["-l", "-a", "-d", file, ...this.#arguments(path)]);
    server.stdout.resume();
    return {
      deviceId: Buffer.from(certificate.publicKey.longId()).toString("hex"),
      certificate: `${path}.crt`,
      service: SERVICE,
      isUp: new Promise((resolve) => setTimeout(resolve, START_MS)),
      kill: () => void server.kill("SIGKILL"),
    };
  }

  /** A client that begins to call, with the certificate at hand: on a cold cache, it mostly hangs. */
  async start(host: string, peer: CalledPeer, patienceMs = PATIENCE_MS): Promise<RealClient> {
    const { path } = await this.#scene.identity(host);
    const cache = emptyCache();
    mkdirSync(join(cache, "certStore", "certificates"), { recursive: true });
    cpSync(peer.certificate, join(cache, "certStore", "certificates", peer.deviceId));
    const { hostname, port } = new URL(peer.service);
    const startedAt = performance.now();
    const client = this.#spawn(host, cache, ["-i", hostname, "-P", port, ...this.#arguments(path), peer.deviceId]);
    const connected = Promise.withResolvers<number | undefined>();
    let onData = (_data: Buffer) => {};
    let head: Buffer | undefined = Buffer.alloc(0);
    client.stdout.on("data", (chunk: Buffer) => {
      if (head === undefined) return onData(chunk);
      head = Buffer.concat([head, chunk]);
      const at = head.indexOf("Connected!\n");
      if (at < 0) return;
      const rest = head.subarray(at + "Connected!\n".length);
      head = undefined;
      connected.resolve(Math.round(performance.now() - startedAt));
      if (rest.length > 0) onData(rest);
    });
    client.once("exit", () => connected.resolve(undefined));
    const timer = setTimeout(() => connected.resolve(undefined), patienceMs);
    void connected.promise.then(() => clearTimeout(timer));
    return {
      process: client,
      connected: connected.promise,
      onData: (listener) => {
        onData = listener;
      },
    };
  }

  /** Has so many bytes sent back by a peer. */
  async call(host: string, peer: CalledPeer, bytes: number): Promise<Answer> {
    const startedAt = performance.now();
    const taken = () => Math.round(performance.now() - startedAt);
    const client = await this.start(host, peer);
    const sent = randomBytes(bytes);
    const back = createHash("sha256");
    const over = Promise.withResolvers<void>();
    let left = bytes;
    client.onData((data) => {
      back.update(data);
      left -= data.length;
      if (left <= 0) over.resolve();
    });
    const ms = await client.connected;
    client.process.once("exit", () => over.resolve());
    client.process.stdin.write(sent);
    const timer = setTimeout(() => over.resolve(), ms === undefined ? 0 : PATIENCE_MS);
    await over.promise;
    clearTimeout(timer);
    client.process.kill("SIGKILL");
    if (ms === undefined) return { ok: false, ms: taken(), code: "no connection" };
    if (left > 0) return { ok: false, ms: taken(), code: `${left} bytes are missing` };
    const isSame = left === 0 && back.digest("hex") === createHash("sha256").update(sent).digest("hex");
    return { ok: isSame, ms, allMs: taken(), code: "other bytes came back" };
  }

  #arguments(path: string): string[] {
    const { host, username, password, realm } = TURN;
    const relay = ["-t", host, "-u", username, "-w", password, "-r", realm];
    return ["-b", BOOT, ...relay, "-c", `${path}.crt`, "-p", `${path}.pem`];
  }

  #spawn(host: string, cache: string, args: readonly string[]): ChildProcessWithoutNullStreams {
    const child = this.#scene.lab.spawn(host, "env", [`DHTNET_CACHE_DIR=${cache}`, this.#dnc, ...args]);
    child.stdin.on("error", () => undefined);
    child.stderr.resume();
    return child;
  }
}

/** Real ones stall now and then while 10 MB go both ways at once over a relay, among themselves too. */
function echoProgram(bytes: number): string {
  return `require("node:net").createServer({ allowHalfOpen: true }, (socket) => {
  const chunks = [];
  let left = ${bytes};
  socket.on("error", () => {}).on("data", (chunk) => {
    chunks.push(chunk);
    left -= chunk.length;
    if (left === 0) socket.write(Buffer.concat(chunks));
  });
}).listen(${PORT})`;
}

function emptyCache(): string {
  return mkdtempSync(join(tmpdir(), "real-dnc-"));
}
