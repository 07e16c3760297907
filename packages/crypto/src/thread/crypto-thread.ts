import { KeyObject } from "node:crypto";
import { Worker } from "node:worker_threads";
import { CryptoError } from "../errors.ts";
import type { Job, JobReply, JobRequest } from "./messages.ts";

/** Jobs waiting for the thread. At some 600 private RSA-4096 operations per second this is less than half a second. */
export const MAX_THREAD_JOBS = 256;

interface Waiting {
  readonly resolve: (value: Uint8Array | KeyObject | undefined) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A thread for what node:crypto can only do synchronously: private RSA operations and opening protected keys take
 * milliseconds, too long for the loop of a busy node. The thread starts with the first job and never keeps a program
 * alive once its work is done. At most {@link MAX_THREAD_JOBS} jobs wait; further ones fail with `ERR_BUSY`.
 */
class CryptoThread {
  #worker: Worker | undefined;
  #nextId = 0;
  readonly #waiting = new Map<number, Waiting>();

  /** The private RSA operation without any padding; undefined when the block is no number below the modulus. */
  async rsaRaw(key: KeyObject, block: Uint8Array): Promise<Uint8Array | undefined> {
    const value = await this.#run({ kind: "rsa-raw", key, block: copyOf(block) });
    return value instanceof Uint8Array ? value : undefined;
  }

  /** Opens a protected private key; undefined when that fails. */
  async openKey(data: Uint8Array, pem: boolean, password: string): Promise<KeyObject | undefined> {
    const value = await this.#run({ kind: "open-key", data: copyOf(data), pem, password });
    return value instanceof KeyObject ? value : undefined;
  }

  #run(job: Job): Promise<Uint8Array | KeyObject | undefined> {
    if (this.#waiting.size >= MAX_THREAD_JOBS) {
      const message = "too many private key operations are waiting: try again in a moment";
      return Promise.reject(new CryptoError("ERR_BUSY", message));
    }
    this.#worker ??= this.#start();
    this.#worker.ref();
    const id = this.#nextId++;
    const request: JobRequest = { id, job };
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker?.postMessage(request);
    });
  }

  #start(): Worker {
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js"; // run from sources, or built
    const worker = new Worker(new URL(`./worker.${extension}`, import.meta.url), {
      name: "hashmere-crypto",
      execArgv: [],
    });
    worker.on("message", ({ id, value }: JobReply) => {
      this.#waiting.get(id)?.resolve(value);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) worker.unref();
    });
    worker.on("error", (error) => this.#stopped(worker, error));
    worker.on("exit", () => this.#stopped(worker, new Error("the thread ended")));
    return worker;
  }

  /** The thread died: what waits for it fails, the next job starts a new one. */
  #stopped(worker: Worker, cause: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const error = new CryptoError("ERR_BUSY", "the thread for private key operations stopped: try again", { cause });
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** A message carries the whole buffer behind a view, so a view gets a buffer of its own first. */
function copyOf(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes);
}

export const cryptoThread = new CryptoThread();
