import { access, constants, readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { StateFileError, writeFileAtomically } from "@hashmere/dht";
import type { Scheduler, Timer } from "@hashmere/dht/engine";
import { decodeProxyState, encodeProxyState, type ProxyState } from "../server/index.ts";

/** A change is on disk after that time at the latest, unless the disk is slower… */
export const SAVE_DELAY_MS = 2_000;
/** …or there is so much to save that encoding it would take more than a twentieth of the time. */
const REST_PER_WORK = 19;

const NO_FILE = 0n;
const NOT_OURS =
  "somebody else has written there: give each proxy a file of its own, and move away what is no state of a proxy";

export interface StateKeeperOptions {
  readonly path: string;
  readonly scheduler: Scheduler;
  /** The state of the moment. */
  readonly state: () => ProxyState;
  readonly onError: (error: unknown) => void;
}

/** Saves the state while the proxy runs, so that a crash costs two seconds of it and not a day. */
export class StateKeeper {
  readonly #options: StateKeeperOptions;
  #timer: Timer | undefined;
  #saving: Promise<void> = Promise.resolve();
  /** The file that we have read or written: each save makes another. */
  #inode = NO_FILE;
  /** What encoding the state took the last time, all slices together. */
  #encodingMs = 0;

  constructor(options: StateKeeperOptions) {
    this.#options = options;
  }

  /**
   * What an earlier run has saved; undefined when there is nothing.
   * @throws TypeError when the file is no state of a proxy; what `readFile` throws
   */
  async load(): Promise<ProxyState | undefined> {
    const { path } = this.#options;
    const inode = await inodeOf(path);
    if (inode === NO_FILE) return undefined;
    const state = decodeProxyState(await readFile(path));
    if (state === undefined) throw new TypeError(`${path} is no state of a proxy: move it away to begin anew`);
    this.#inode = inode;
    return state;
  }

  /** Complains now, and not at the first save, when there is no folder to write to. */
  async checkPlace(): Promise<void> {
    const { path, onError } = this.#options;
    await access(dirname(path), constants.W_OK).catch((cause) => onError(new StateFileError(path, { cause })));
  }

  /** Saves soon; changes until then are saved together. */
  touch(): void {
    const { scheduler } = this.#options;
    if (this.#timer?.isPending) return;
    const delay = Math.max(SAVE_DELAY_MS, REST_PER_WORK * this.#encodingMs);
    this.#timer = scheduler.at(scheduler.now() + delay, () => void this.save());
  }

  /** Saves now, after a save under way. Failures are reported, and tried again with the next change. */
  save(): Promise<void> {
    this.#timer?.cancel();
    this.#saving = this.#saving.then(async () => {
      try {
        await this.#write();
      } catch (error) {
        this.#options.onError(error);
      }
    });
    return this.#saving;
  }

  async #write(): Promise<void> {
    const { path } = this.#options;
    const inode = await inodeOf(path);
    if (inode !== NO_FILE && inode !== this.#inode) throw new Error(NOT_OURS);
    await writeFileAtomically(path, this.#encode());
    this.#inode = await inodeOf(path);
  }

  /** Each slice is written before the next is encoded: clients are served between them. */
  *#encode(): Generator<Uint8Array> {
    const { scheduler, state } = this.#options;
    let begun = scheduler.now();
    this.#encodingMs = 0;
    for (const slice of encodeProxyState(state())) {
      this.#encodingMs += scheduler.now() - begun;
      yield slice;
      begun = scheduler.now();
    }
  }
}

async function inodeOf(path: string): Promise<bigint> {
  try {
    return (await stat(path, { bigint: true })).ino;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return NO_FILE;
    throw error;
  }
}
