import { Duplex } from "node:stream";
import type { Certificate, Identity } from "@hashmere/crypto";
import type { Scheduler } from "@hashmere/dht";
import { ConnectError } from "../../src/errors/index.ts";
import type { Layers, PathFinder, SecureRequest, SessionRequest } from "../../src/manager/layers.ts";
import type { IceSelection, Path } from "../../src/session/index.ts";

const GATHER_MS = 10;
const CHECKS_MS = 50;
const HANDSHAKE_MS = 20;
/** How long checks go on that lead nowhere. */
const NO_PATH_MS = 8000;

/** One end of a stream that can die without a word. */
class PipeEnd extends Duplex {
  other: PipeEnd | undefined;
  isDead = false;
  /** Who speaks at this end, once that is proven. */
  readonly identity = Promise.withResolvers<Certificate>();

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (!this.isDead) this.other?.push(chunk);
    done();
  }

  override _final(done: () => void): void {
    if (!this.isDead) this.other?.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const { other, isDead } = this;
    if (!isDead && other !== undefined && !other.destroyed) setImmediate(() => other.destroy());
    done(error);
  }
}

interface Session {
  readonly request: SessionRequest;
  readonly selection: PromiseWithResolvers<IceSelection>;
  /** The description of the other side. */
  wants: string | undefined;
}

/** What stands between devices: paths that are found after a while, break, or aren't there. */
export class VirtualPaths {
  /** No checks succeed. */
  isBlocked = false;
  /** The handshake never ends. */
  isStalled = false;
  readonly #scheduler: Scheduler;
  readonly #sessions = new Map<string, Session>();
  readonly #ends = new Set<PipeEnd>();

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  /** From now on nothing arrives on the paths that there are, and nobody is told. */
  cut(): void {
    for (const end of this.#ends) end.isDead = true;
  }

  /** The layers of one device. */
  layers(identity: Identity): Layers {
    return {
      openSession: (request) => this.#open(request),
      secure: (stream, request) => this.#secure(stream, identity, request),
    };
  }

  #open(request: SessionRequest): PathFinder {
    const description = `session ${this.#sessions.size} ${request.role}`;
    const session: Session = { request, selection: Promise.withResolvers(), wants: undefined };
    session.selection.promise.catch(() => {}); // it may end before anybody waits
    this.#sessions.set(description, session);
    const close = () => session.selection.reject(new ConnectError("ERR_CLOSED", "closed"));
    request.signal.addEventListener("abort", close);
    return {
      gather: async () => {
        await this.#passed(GATHER_MS);
        return description;
      },
      gatherFor: async () => {
        await this.#passed(GATHER_MS);
        return description;
      },
      connect: (remote) => this.#connect(description, session, remote),
      hear: () => {},
      close,
    };
  }

  async #connect(description: string, session: Session, remote: string): Promise<IceSelection> {
    if (remote === "") throw new ConnectError("ERR_PROTOCOL", "no description");
    session.wants = remote;
    const other = this.#sessions.get(remote);
    const noPath = () => session.selection.reject(new ConnectError("ERR_NO_PATH", "no path"));
    this.#scheduler.at(this.#scheduler.now() + NO_PATH_MS, noPath);
    if (other?.wants === description && !this.isBlocked) await this.#join(session, other);
    return session.selection.promise;
  }

  async #join(a: Session, b: Session): Promise<void> {
    await this.#passed(CHECKS_MS);
    if (a.request.signal.aborted || b.request.signal.aborted) return;
    const [one, two] = [new PipeEnd(), new PipeEnd()];
    one.other = two;
    two.other = one;
    for (const [end, session] of [
      [one, a],
      [two, b],
    ] as const) {
      this.#ends.add(end);
      end.on("error", () => {});
      session.selection.resolve({ role: session.request.role, stream: end, path: PATH });
    }
  }

  async #secure(stream: Duplex, identity: Identity, { verify, signal }: SecureRequest) {
    if (!(stream instanceof PipeEnd) || stream.other === undefined) throw new TypeError("not a path of these tests");
    stream.identity.resolve(identity.certificate);
    const ended = Promise.withResolvers<never>();
    signal.addEventListener("abort", () => ended.reject(signal.reason), { once: true });
    stream.once("close", () => ended.reject(new ConnectError("ERR_TLS", "refused")));
    ended.promise.catch(() => {}); // only of interest during the handshake
    if (this.isStalled) await ended.promise;
    const peer = await Promise.race([stream.other.identity.promise, ended.promise]);
    await this.#passed(HANDSHAKE_MS);
    try {
      verify(peer);
    } catch (error) {
      stream.destroy();
      throw error;
    }
    return { stream, peer };
  }

  #passed(ms: number): Promise<void> {
    return new Promise((resolve) => this.#scheduler.at(this.#scheduler.now() + ms, resolve));
  }
}

const PATH: Path = {
  transport: "tcp",
  localType: "host",
  remoteType: "host",
  local: { address: "192.0.2.1", port: 1, family: 4 },
  remote: { address: "192.0.2.2", port: 2, family: 4 },
  relayed: false,
  mapped: false,
};
