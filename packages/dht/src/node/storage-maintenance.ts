import type { InfoHash } from "../id/index.ts";
import { uniform } from "../random/index.ts";
import type { Timer } from "../scheduler/index.ts";
import { TARGET_NODES } from "../search/index.ts";
import type { HeldValue } from "../store/index.ts";
import type { FamilyState } from "./family-state.ts";
import type { NodeCore } from "./node-core.ts";
import { announceIn } from "./operations/announce.ts";

/** Each key is looked at that often, give or take a tenth; values with less left to live aren't handed on. */
const STORAGE_MAINTENANCE_MS = 10 * 60_000; // node behaviour, MAX_STORAGE_MAINTENANCE_EXPIRE_TIME
/** A round begins so many keys at a time, with a pause in between. */
const KEYS_PER_STEP = 16;
const STEP_MS = 100;
/** Keys handed on at the same time at the end. */
const MAX_KEYS_UNDER_WAY = 64;

/**
 * Hands values on to those who should have them: while we live, when enough others have come between us and a key; at the
 * end, all of them.
 *
 * OpenDHT does the former only for keys of its own (a received key is looked at once, when it is new, and never again).
 */
export class StorageMaintenance {
  readonly #core: NodeCore;
  readonly #isEnabled: boolean;
  #timer: Timer | undefined;

  constructor(core: NodeCore, isEnabled: boolean) {
    this.#core = core;
    this.#isEnabled = isEnabled;
    if (isEnabled) this.#scheduleRound();
  }

  /** Gives all values to the nodes closest to their keys; `onDone` when all have answered or nobody is there to ask. */
  handOnEverything(onDone: () => void): void {
    const families = this.#core.families.filter(({ status }) => status !== "disconnected");
    const waiting = this.#isEnabled && families.length > 0 ? [...this.#core.store.keys()] : [];
    let underWay = 0;
    const next = () => {
      if (waiting.length === 0 && underWay === 0) onDone();
      while (underWay < MAX_KEYS_UNDER_WAY) {
        const key = waiting.pop();
        if (key === undefined) return;
        underWay++;
        this.#handOn(families, key, this.#core.store.held(key), () => {
          underWay--;
          next();
        });
      }
    };
    next();
  }

  close(): void {
    this.#timer?.cancel();
  }

  #scheduleRound(): void {
    const wait = STORAGE_MAINTENANCE_MS * uniform(this.#core.random, 0.9, 1.1);
    this.#schedule(wait, () => this.#step([...this.#core.store.keys()]));
  }

  #schedule(wait: number, task: () => void): void {
    const { scheduler } = this.#core;
    this.#timer = scheduler.at(scheduler.now() + wait, task);
  }

  #step(keys: InfoHash[]): void {
    for (const key of keys.splice(-KEYS_PER_STEP)) this.#maintain(key);
    if (keys.length > 0) this.#schedule(STEP_MS, () => this.#step(keys));
    else this.#scheduleRound();
  }

  /** Where others are closer to the key, they get its values; where that is so in every family, ours aren't needed. */
  #maintain(key: InfoHash): void {
    const away = this.#core.families.filter((family) => this.#isFarFrom(key, family));
    if (away.length === 0) return;
    const soon = this.#core.scheduler.wallClock() + STORAGE_MAINTENANCE_MS;
    const held = this.#core.store.held(key);
    const isOurs = held.some(({ expires }) => expires === Number.POSITIVE_INFINITY);
    const isDispensable = () => !isOurs && away.length === this.#core.families.length && !this.#isListenedTo(key);
    const lasting = held.filter(({ expires }) => expires > soon && expires !== Number.POSITIVE_INFINITY);
    this.#handOn(away, key, lasting, (ok) => {
      if (ok && isDispensable()) this.#core.store.forget(key);
    });
  }

  /** Who listens here has been told of the values, and has to be told of their end. */
  #isListenedTo(key: InfoHash): boolean {
    return this.#core.store.listeners(key).own > 0;
  }

  #isFarFrom(key: InfoHash, { table }: FamilyState): boolean {
    const closest = table.findClosest(key, TARGET_NODES, this.#core.scheduler.now());
    const farthest = closest.at(-1);
    return farthest !== undefined && closest.length === TARGET_NODES && key.xorCmp(farthest.id, this.#core.id) < 0;
  }

  #handOn(
    families: readonly FamilyState[],
    key: InfoHash,
    held: readonly HeldValue[],
    onDone: (ok: boolean) => void,
  ): void {
    const now = this.#core.scheduler.wallClock();
    let waitsFor = held.length;
    let isOk = true;
    if (held.length === 0) onDone(true);
    for (const { value, created, expires } of held) {
      // A permanent value lives from its last announcement on, however old it is.
      const since = expires === Number.POSITIVE_INFINITY ? now : created;
      announceIn(families, key, { value, permanent: false, created: since }, ({ ok }) => {
        isOk &&= ok;
        if (--waitsFor === 0) onDone(isOk);
      });
    }
  }
}
