import { setTimeout as sleep } from "node:timers/promises";
import type { CandidateSource, GatherContext } from "../ice/index.ts";
import type { ReadyControls } from "./ready-controls.ts";
import { TurnAllocation } from "./turn-allocation.ts";
import type { TurnControl } from "./turn-control.ts";
import { TurnError } from "./turn-error.ts";
import type { TurnAddress, TurnServer } from "./turn-server.ts";

/** Addresses of one server that are tried at the same time: one per family. */
const MAX_ADDRESSES = 2;

/** A connection that was made ready may have died without a word: after this, a new one is tried beside it. */
const READY_PATIENCE_MS = 500;

/** STUN error code "address family not supported" (RFC 8656 §18.9). */
const FAMILY_NOT_SUPPORTED = 440;

/** Where the numeric addresses of a server come from: the cache, or a name server. */
export type ResolveTurn = (server: TurnServer, signal: AbortSignal) => Promise<readonly TurnAddress[]>;

/**
 * Relayed candidates from a TURN server over TCP: one IPv4 and, where the server has it, one IPv6 address at which the
 * peer connects. They work where nothing else does, also from networks that let no UDP through.
 */
export class TurnSource implements CandidateSource {
  readonly name = "turn";
  readonly isSlow = true;
  readonly #server: TurnServer;
  readonly #resolve: ResolveTurn;
  readonly #ready: ReadyControls | undefined;

  constructor(server: TurnServer, resolve: ResolveTurn, ready?: ReadyControls) {
    this.#server = server;
    this.#resolve = resolve;
    this.#ready = ready;
  }

  async gather(context: GatherContext): Promise<void> {
    try {
      const addresses = await this.#resolve(this.#server, context.signal);
      if (addresses.length === 0) throw new TurnError(0, `the TURN server "${this.#server.host}" has no address`);
      await this.#allocate(addresses.slice(0, MAX_ADDRESSES), context);
    } catch (error) {
      if (!context.signal.aborted) context.failed(error instanceof Error ? error : new TurnError(0, String(error)));
    }
  }

  /** An allocation for each family of relayed address, each from the server's address that answers first. */
  async #allocate(addresses: readonly TurnAddress[], context: GatherContext): Promise<void> {
    const outcomes = await Promise.allSettled(
      ([4, 6] as const).map(async (family) => this.#offer(await this.#firstOf(addresses, family, context), context)),
    );
    const failures = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
    if (failures.length < outcomes.length) return;
    throw failures.find((failure) => !isFamilyNotSupported(failure)) ?? failures[0];
  }

  async #firstOf(addresses: readonly TurnAddress[], family: 4 | 6, { signal }: GatherContext): Promise<TurnAllocation> {
    const attempts = addresses.map((address) => this.#open(address, family, signal));
    try {
      const first = await Promise.any(attempts);
      for (const attempt of attempts) attempt.then((other) => other !== first && other.close()).catch(() => undefined);
      return first;
    } catch (error) {
      throw error instanceof AggregateError ? error.errors[0] : error;
    }
  }

  async #open(address: TurnAddress, family: 4 | 6, signal: AbortSignal): Promise<TurnAllocation> {
    const ready = this.#ready?.take(address, family);
    const open = (control?: Promise<TurnControl>) =>
      TurnAllocation.open(address, this.#server, family, signal, control);
    if (ready === undefined) return open();
    const decided = new AbortController();
    const undecided = AbortSignal.any([signal, decided.signal]);
    const quick = open(ready);
    const slow = sleep(READY_PATIENCE_MS, undefined, { signal: undecided }).then(() => open());
    let first: TurnAllocation | undefined;
    try {
      first = await Promise.race([quick.catch(() => slow), slow]);
      return first;
    } finally {
      decided.abort();
      for (const other of [quick, slow]) other.then((late) => late !== first && late.close()).catch(() => undefined);
    }
  }

  #offer(allocation: TurnAllocation, context: GatherContext): void {
    const { relayed, server } = allocation;
    this.#ready?.prepare(server, this.#server);
    context.signal.addEventListener("abort", () => allocation.close(), { once: true });
    allocation.onLost = (error) => context.failed(error);
    context.add({
      transport: "tcp",
      type: "relay",
      tcpType: "passive",
      address: relayed,
      base: {
        kind: "stream",
        local: relayed,
        onConnection: (listener) => {
          allocation.onConnection = listener;
        },
        close: () => allocation.close(),
      },
    });
    context.remote
      .then(({ candidates }) => allocation.permit(candidates.map(({ address }) => address)))
      .catch((error: unknown) => context.failed(error instanceof Error ? error : new TurnError(0, String(error))));
  }
}

function isFamilyNotSupported(error: unknown): boolean {
  return error instanceof TurnError && error.code === FAMILY_NOT_SUPPORTED;
}
