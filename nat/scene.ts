import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Certificate, generateIdentity, type Identity, saveIdentity } from "@hashmere/crypto";
import { DeviceProcess } from "./device-process.ts";
import type { DeviceSetup } from "./device-protocol.ts";
import { BOOT, Lab, TURN } from "./lab.ts";

const HASHMERE = fileURLToPath(new URL("../packages/cli/bin/hashmere.js", import.meta.url));

const DHT_PORT = 4222;
const PROXY_PORT = 8080;

/** The node to join through, in both families. */
const BOOTSTRAP = { 4: `${BOOT}:${DHT_PORT}`, 6: `[2001:db8:0:1::10]:${DHT_PORT}` } as const;

/** The second node of the network. */
const OTHER_NODE = { 4: "11.11.11.33", 6: "2001:db8:0:1::33" } as const;

/** Where the scene's DHT can be used over HTTP. */
export const PROXY_URL = `http://${BOOT}:${PROXY_PORT}`;

/** A `hashmere nc` that runs. */
export interface Netcat {
  readonly program: ChildProcessWithoutNullStreams;
  /** Path of its key and certificate, without suffix. */
  readonly identity: string;
  readonly deviceId: string;
}

/** A laboratory with a small DHT in its middle, of which one node is a proxy, and devices on its hosts. */
export class Scene implements AsyncDisposable {
  readonly lab: Lab;
  readonly #authority: Identity;
  readonly #folder = mkdtempSync(join(tmpdir(), "hashmere-nat-"));
  readonly #cleanUp = new AsyncDisposableStack();
  #identities = 0;

  private constructor(lab: Lab, authority: Identity) {
    this.lab = lab;
    this.#authority = authority;
    this.#cleanUp.use(lab);
  }

  static async open(networks: Readonly<Record<string, string>>): Promise<Scene> {
    const [lab, authority] = await Promise.all([Lab.up(networks), generateIdentity("authority", { bits: 2048 })]);
    const scene = new Scene(lab, authority);
    await scene.#startNodes();
    return scene;
  }

  /** Somebody new: the path of their key and certificate, without suffix, and the certificate. */
  async identity(name: string): Promise<{ readonly path: string; readonly certificate: Certificate }> {
    const path = join(this.#folder, `${name}-${this.#identities++}`);
    const identity = await generateIdentity(name, { bits: 2048, issuer: this.#authority });
    await saveIdentity(identity, path);
    return { path, certificate: identity.certificate };
  }

  /** A device on a host, which is running and can be found. It ends with the scene, if not before. */
  async device(host: string, setup: Partial<Omit<DeviceSetup, "identity">> = {}): Promise<DeviceProcess> {
    const { path: identity } = await this.identity(host);
    const bootstrap = [BOOTSTRAP[4], BOOTSTRAP[6]];
    return this.#cleanUp.use(await DeviceProcess.start(this.lab, host, { bootstrap, options: {}, ...setup, identity }));
  }

  /** `hashmere nc --listen` on a host, under a new identity, from the moment on when it says who it is, in JSON. */
  async netcat(host: string, args: readonly string[]): Promise<Netcat> {
    const { path, certificate } = await this.identity(host);
    const passwordFile = `${path}.turn`;
    await writeFile(passwordFile, TURN.password);
    const { host: turn, username, realm } = TURN;
    const relay = [
      "--turn",
      turn,
      "--turn-user",
      username,
      "--turn-realm",
      realm,
      "--turn-password-file",
      passwordFile,
    ];
    const files = ["--identity", path, "--cache", `${path}-cache`];
    const all = ["nc", ...args, "--json", ...files, ...relay, "--bootstrap", BOOTSTRAP[4]];
    const program = await this.#start(host, all, '"ready"');
    return { program, identity: path, deviceId: Buffer.from(certificate.publicKey.longId()).toString("hex") };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cleanUp.disposeAsync();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Two nodes, because one that knows nobody isn't connected, and says so to the clients of its proxy. */
  async #startNodes(): Promise<void> {
    const port = `${DHT_PORT}`;
    await this.#start("pub2", ["node", "--port", port], port);
    const others = [`${OTHER_NODE[4]}:${port}`, `[${OTHER_NODE[6]}]:${port}`].flatMap((node) => ["--bootstrap", node]);
    await this.#start("boot", ["proxy", "--port", `${PROXY_PORT}`, "--udp-port", port, ...others], port);
  }

  /** A command of ours, which has started when it says `sign`. */
  async #start(host: string, args: readonly string[], sign: string): Promise<ChildProcessWithoutNullStreams> {
    const program = this.lab.spawn(host, process.execPath, [HASHMERE, ...args]);
    this.#cleanUp.defer(() => void program.kill());
    for await (const line of createInterface(program.stdout)) {
      if (!line.includes(sign)) continue;
      program.stdout.resume();
      return program;
    }
    throw new Error(`hashmere ${args.join(" ")}: did not start on ${host}`);
  }
}
