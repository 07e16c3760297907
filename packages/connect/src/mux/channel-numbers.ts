// Source: DHTNet connection protocol, multiplexed socket (opening channels).
const FIRST_OF_INITIATOR = 0x0001;
const FIRST_OF_RESPONDER = 0x8000;
const HIGHEST = 0xfffe;

/** The order in which a side numbers the channels that it asks for: upwards, around, and past those in use. */
export class ChannelNumbers {
  #next: number;

  constructor(isInitiator: boolean) {
    this.#next = isInitiator ? FIRST_OF_INITIATOR : FIRST_OF_RESPONDER;
  }

  /** The next number that is free; undefined when all 65,534 are in use. */
  take(isInUse: (number: number) => boolean): number | undefined {
    for (let tried = 0; tried < HIGHEST; tried++) {
      const number = this.#next;
      this.#next = number === HIGHEST ? 1 : number + 1;
      if (!isInUse(number)) return number;
    }
    return undefined;
  }
}

/** Channel numbers that nobody can ask for. */
export function isReservedNumber(number: number): boolean {
  return number < 1 || number > HIGHEST;
}
