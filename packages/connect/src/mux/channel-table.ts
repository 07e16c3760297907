import { ConnectError } from "../errors/index.ts";
import type { Channel } from "./channel.ts";
import type { ChannelFlow } from "./channel-flow.ts";
import { ChannelNumbers } from "./channel-numbers.ts";
import type { Opening } from "./opening.ts";

/** Who has which number in a link: open channels, those that we asked for, and those that we no longer want. */
export class ChannelTable {
  readonly #numbers: ChannelNumbers;
  readonly #flows = new Map<number, ChannelFlow>();
  readonly #open = new Map<number, Channel>();
  readonly #openings = new Map<number, Opening>();
  /** Asked for, given up, and not answered yet: the answer could still be a yes. */
  readonly #abandoned = new Set<number>();
  #incoming = 0;
  #incomingNameCharacters = 0;

  constructor(isInitiator: boolean) {
    this.#numbers = new ChannelNumbers(isInitiator);
  }

  /** Channels that both sides agreed on. */
  get open(): ReadonlyMap<number, Channel> {
    return this.#open;
  }

  /** Open channels that the other side asked for. */
  get incoming(): number {
    return this.#incoming;
  }

  get incomingNameCharacters(): number {
    return this.#incomingNameCharacters;
  }

  flow(number: number): ChannelFlow | undefined {
    return this.#flows.get(number);
  }

  has(number: number): boolean {
    return this.#flows.has(number) || this.#openings.has(number) || this.#abandoned.has(number);
  }

  /** @throws ConnectError `ERR_LIMIT` when none is left */
  takeNumber(isPending: (number: number) => boolean): number {
    const number = this.#numbers.take((candidate) => this.has(candidate) || isPending(candidate));
    if (number !== undefined) return number;
    throw new ConnectError("ERR_LIMIT", "all 65,534 channels of this link are in use", {
      hint: "Close channels that are no longer needed.",
    });
  }

  addOpening(opening: Opening): void {
    const { number } = opening.flow.channel;
    this.#flows.set(number, opening.flow);
    this.#openings.set(number, opening);
  }

  /** Takes a channel that we asked for out of the unanswered ones; open from now on, or not. */
  takeOpening(number: number): Opening | undefined {
    const opening = this.#openings.get(number);
    this.#openings.delete(number);
    return opening;
  }

  abandon(number: number): void {
    this.#abandoned.add(number);
  }

  /** The answer to a request that was given up has come. False when there was none. */
  takeAbandoned(number: number): boolean {
    return this.#abandoned.delete(number);
  }

  setOpen(flow: ChannelFlow): void {
    const { channel } = flow;
    flow.opened();
    this.#flows.set(channel.number, flow);
    this.#open.set(channel.number, channel);
    if (channel.isInitiator) return;
    this.#incoming++;
    this.#incomingNameCharacters += channel.name.length;
  }

  delete({ channel }: ChannelFlow): void {
    this.#flows.delete(channel.number);
    if (!this.#open.delete(channel.number) || channel.isInitiator) return;
    this.#incoming--;
    this.#incomingNameCharacters -= channel.name.length;
  }

  openings(): Opening[] {
    return [...this.#openings.values()];
  }

  flows(): ChannelFlow[] {
    return [...this.#flows.values()];
  }
}
