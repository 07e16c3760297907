// Source: DHTNet connection protocol, TLS; what Node.js does besides, in its recipe for Node.js.
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { connect, type SecureContext, TLSSocket } from "node:tls";
import type { Certificate, Identity } from "@hashmere/crypto";
import { RealScheduler, type Scheduler } from "@hashmere/dht";
import { ConnectError } from "../errors/index.ts";
import { canReleaseBuffers } from "../framing/index.ts";
import { takePeerCertificate } from "./peer-certificate.ts";
import { RecordWatch } from "./record-watch.ts";
import { secureContext } from "./tls-options.ts";

/** How long a handshake may take by default, in ms. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
/**
 * How long a TLS client waits for the first word of a server that has its certificate before it believes in the connection
 * without. DHTNet peers speak at once.
 */
const FIRST_WORD_PATIENCE_MS = 2_000;

export interface SecureStreamOptions {
  /** The side that was controlling in ICE is the client. */
  readonly role: "client" | "server";
  readonly identity: Identity;
  /** Looks at the other side's certificate, whose key is proven; throws when it isn't the expected one. */
  readonly verify: (leaf: Certificate) => void;
  readonly signal?: AbortSignal | undefined;
  /** Default: 10 s. */
  readonly timeoutMs?: number | undefined;
  readonly scheduler?: Scheduler | undefined;
}

export interface SecureStream {
  /** The bytes inside TLS. An end that the other side has not announced is an error of it, except over a plain socket. */
  readonly stream: Duplex;
  /** The other side's certificate with the issuers that it sent. */
  readonly peer: Certificate;
}

/**
 * TLS 1.3 over any stream, each side proving its key by its certificate. Who is trusted is up to `verify` alone.
 *
 * Takes over `stream`, and destroys it when it fails. A `Socket` is best: TLS then reads and writes it without Node.js's
 * streams in between, at twice the speed; who uses one needs a goodbye of his own.
 * @throws ConnectError (as a rejection) `ERR_TLS`, `ERR_TIMED_OUT`, `ERR_BAD_CERTIFICATE`; what `verify` throws; the
 * signal's reason
 */
export async function secureStream(stream: Duplex, options: SecureStreamOptions): Promise<SecureStream> {
  const { role, identity, verify, signal, timeoutMs = HANDSHAKE_TIMEOUT_MS, scheduler = new RealScheduler() } = options;
  if (canReleaseBuffers(stream)) stream.releasesBuffers = true;
  stream.on("error", () => {}); // the socket above tells what matters of it
  const context = await secureContext(identity);
  if (signal?.aborted) stream.destroy();
  signal?.throwIfAborted();
  if (stream.destroyed) throw ended(); // of which nobody would hear any more
  const socket = openSocket(stream, role, context);
  const records = stream instanceof Socket ? undefined : watchRecords(stream);
  const failure = new Failure(socket, signal);
  stream.once("end", () => failure.fail(ended()));
  const timer = scheduler.at(scheduler.now() + timeoutMs, () => failure.fail(timedOut(timeoutMs)));
  try {
    await failure.or(secured(socket, role));
    const peer = readCertificate(socket);
    verify(peer);
    if (role === "client") await failure.or(firstWord(socket, scheduler));
    stream.once("end", () => records?.endsWithAlert || socket.destroy(cutOff()));
    return { stream: socket, peer };
  } catch (error) {
    hangUp(socket, stream);
    throw error;
  } finally {
    timer.cancel();
    failure.stop();
  }
}

function openSocket(stream: Duplex, role: "client" | "server", secureContext: SecureContext): TLSSocket {
  const socket =
    role === "client"
      ? connect({ socket: stream, secureContext, rejectUnauthorized: false }) // no host: no name is sent
      : new TLSSocket(stream, { isServer: true, secureContext, requestCert: true, rejectUnauthorized: false });
  socket.on("error", () => {}); // may come after the end, when nobody waits for it any more
  return socket;
}

function watchRecords(stream: Duplex): RecordWatch {
  const records = new RecordWatch();
  stream.on("data", (bytes: Uint8Array) => records.see(bytes));
  return records;
}

function secured(socket: TLSSocket, role: "client" | "server"): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.once(role === "client" ? "secureConnect" : "secure", () => resolve());
  return promise;
}

/**
 * A TLS 1.3 client is done before the server has looked at its certificate; a refusal comes later, as an ordinary end. So
 * the connection counts when the first byte of data is there.
 */
function firstWord(socket: TLSSocket, scheduler: Scheduler): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = scheduler.at(scheduler.now() + FIRST_WORD_PATIENCE_MS, resolve);
  const onReadable = (): void => {
    if (socket.readableLength > 0) resolve();
    else socket.read(); // brings out the end, if that is what made it readable
  };
  socket.on("readable", onReadable);
  return promise.finally(() => {
    timer.cancel();
    socket.off("readable", onReadable);
  });
}

function readCertificate(socket: TLSSocket): Certificate {
  let certificate: Certificate | undefined;
  try {
    certificate = takePeerCertificate(socket);
  } catch (cause) {
    throw new ConnectError("ERR_BAD_CERTIFICATE", "the other side's certificate can't be read", { cause });
  }
  if (certificate !== undefined) return certificate;
  throw new ConnectError("ERR_BAD_CERTIFICATE", "the other side has shown no certificate");
}

/** Says goodbye, as the other side learns of a refusal by nothing else, and lets go when that is out. */
function hangUp(socket: TLSSocket, stream: Duplex): void {
  socket.end(() => stream.destroy());
  socket.resume();
  if (socket.destroyed || !socket.writable) stream.destroy();
}

/** Everything that ends a handshake before its time. Which events come depends on the role and on what has ended. */
class Failure {
  readonly #socket: TLSSocket;
  readonly #signal: AbortSignal | undefined;
  readonly #failed = Promise.withResolvers<never>();
  readonly #onEnd = (): void => this.fail(ended());
  readonly #onError = (cause: Error): void => this.fail(broken(cause));
  readonly #onAbort = (): void => this.fail(this.#signal?.reason);

  constructor(socket: TLSSocket, signal: AbortSignal | undefined) {
    this.#socket = socket;
    this.#signal = signal;
    this.#failed.promise.catch(() => {}); // it may fail while nobody waits
    socket.on("end", this.#onEnd).on("close", this.#onEnd).on("error", this.#onError);
    signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  fail(reason: unknown): void {
    this.#failed.reject(reason);
  }

  or(step: Promise<void>): Promise<void> {
    return Promise.race([step, this.#failed.promise]);
  }

  stop(): void {
    this.#socket.off("end", this.#onEnd).off("close", this.#onEnd).off("error", this.#onError);
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }
}

function ended(): ConnectError {
  return new ConnectError("ERR_TLS", "the other side ended the connection while it was being secured", {
    hint: "It may not accept this device's certificate.",
  });
}

/** To the other side's program, which is gone, or to somebody on the way, it looks like an end; nobody has announced it. */
function cutOff(): ConnectError {
  return new ConnectError("ERR_LINK_LOST", "the connection ended without the other side's goodbye", {
    hint: "Its program was killed, or the connection was cut on the way. Connect again.",
  });
}

function broken(cause: Error): ConnectError {
  return new ConnectError("ERR_TLS", "the connection could not be secured", { cause });
}

function timedOut(timeoutMs: number): ConnectError {
  return new ConnectError("ERR_TIMED_OUT", `securing the connection took more than ${timeoutMs} ms`);
}
