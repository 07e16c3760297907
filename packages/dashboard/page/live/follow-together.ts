import { type FeedOptions, type FeedState, followEvents, SILENCE_MS } from "./event-feed.ts";
import { parseMessage } from "./parse-message.ts";

/** What a tab says to the others. */
export type Told =
  /** A tab that wants to be told how everything is. */
  | { readonly kind: "newcomer" }
  | { readonly kind: "state"; readonly state: FeedState }
  | { readonly kind: "data"; readonly data: string; readonly ageMs: number };

/** Where the tabs of one server's page hear each other: a `BroadcastChannel`. */
export interface TabChannel {
  postMessage(told: Told): void;
  onmessage: ((event: MessageEvent<Told>) => void) | null;
  close(): void;
}

export interface TogetherOptions extends Omit<FeedOptions, "onData"> {
  /** The data of an event, and how old it is. */
  readonly onData: (data: string, ageMs: number) => void;
  readonly channel: TabChannel;
  /** The right to follow for all tabs, until it is given back; undefined while another tab has it. */
  readonly claim: () => Promise<(() => void) | undefined>;
}

/** How soon another tab takes over when the one that followed is closed. */
export const TAKEOVER_MS = 1000;

/**
 * Follows the server's events until the signal aborts, with one connection for all tabs of a browser: one of them follows
 * and tells the others, and another one does so when it is closed.
 */
export async function followTogether(options: TogetherOptions): Promise<void> {
  const { channel, claim, wait, signal } = options;
  const tab = new Tab(options);
  while (!signal.aborted) {
    const giveBack = await claim();
    if (giveBack === undefined) {
      await wait(TAKEOVER_MS, signal);
      tab.noteQuiet(TAKEOVER_MS);
    } else {
      await tab.lead();
      giveBack();
    }
  }
  channel.close();
}

class Tab {
  readonly #options: TogetherOptions;
  /** The last event of each kind that tells how things are. */
  readonly #latest = new Map<string, { readonly data: string; readonly since: number }>();
  #isLeader = false;
  #state: FeedState = "connecting";
  #quietMs = 0;

  constructor(options: TogetherOptions) {
    this.#options = options;
    const { channel, onState } = options;
    channel.onmessage = ({ data: told }) => this.#hear(told);
    onState("connecting");
    channel.postMessage({ kind: "newcomer" });
  }

  /** Follows the server for all, until the page is left. */
  async lead(): Promise<void> {
    this.#isLeader = true;
    await followEvents({
      ...this.#options,
      onData: (data) => {
        this.#take(data, 0);
        this.#tell({ kind: "data", data, ageMs: 0 });
      },
      onState: (state) => {
        this.#changeTo(state);
        this.#tell({ kind: "state", state });
      },
    });
  }

  /** Nothing was heard for so long; a leader that is stuck is as good as a server that is gone. */
  noteQuiet(milliseconds: number): void {
    this.#quietMs += milliseconds;
    if (this.#quietMs > SILENCE_MS && this.#state === "open") this.#changeTo("lost");
  }

  #hear(told: Told): void {
    if (told.kind === "newcomer") {
      if (this.#isLeader) this.#greet();
    } else if (!this.#isLeader) {
      this.#quietMs = 0;
      if (told.kind === "state") this.#changeTo(told.state);
      else this.#take(told.data, told.ageMs);
    }
  }

  #greet(): void {
    this.#tell({ kind: "state", state: this.#state });
    for (const { data, since } of this.#latest.values()) {
      this.#tell({ kind: "data", data, ageMs: performance.now() - since });
    }
  }

  #take(data: string, ageMs: number): void {
    const kind = parseMessage(data)?.kind;
    if (kind === "node" || kind === "peers" || kind === "store") {
      this.#latest.set(kind, { data, since: performance.now() - ageMs });
    }
    this.#options.onData(data, ageMs);
  }

  #changeTo(state: FeedState): void {
    this.#state = state;
    this.#options.onState(state);
  }

  #tell(told: Told): void {
    if (!this.#options.signal.aborted) this.#options.channel.postMessage(told);
  }
}
