import { readFile } from "node:fs/promises";
import { writeFileAtomically } from "@hashmere/dht";
import type { Scheduler, Timer } from "@hashmere/dht/engine";
import { decodeProxyState, encodeProxyState, type ProxyState } from "../server/index.ts";

/** A change is on disk after that time at the latest, unless the disk is slower. */
export const SAVE_DELAY_MS = 2_000;

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

  constructor(options: StateKeeperOptions) {
    this.#options = options;
  }

  /**
   * What an earlier run has saved; undefined when there is nothing.
   * @throws TypeError when the file is no state of a proxy; what `readFile` throws
   */
  async load(): Promise<ProxyState | undefined> {
    const { path } = this.#options;
    let bytes: Uint8Array;
    try {
      bytes = await readFile(path);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw error;
    }
    const state = decodeProxyState(bytes);
    if (state === undefined) throw new TypeError(`${path} is no state of a proxy: move it away to begin anew`);
    return state;
  }

  /** Saves soon; changes until then are saved together. */
  touch(): void {
    const { scheduler } = this.#options;
    if (this.#timer?.isPending) return;
    this.#timer = scheduler.at(scheduler.now() + SAVE_DELAY_MS, () => void this.save());
  }

  /** Saves now, after a save under way. Failures are reported, and tried again with the next change. */
  save(): Promise<void> {
    this.#timer?.cancel();
    this.#saving = this.#saving.then(async () => {
      try {
        await writeFileAtomically(this.#options.path, encodeProxyState(this.#options.state()));
      } catch (error) {
        this.#options.onError(error);
      }
    });
    return this.#saving;
  }
}
