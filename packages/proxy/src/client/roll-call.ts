/** What tabs say to each other about a name. */
interface Call {
  readonly name: string;
  /** By chance; of several that ask at the same time, the lowest gets it. */
  readonly rank: number;
  /** Whoever has the name, or a lower rank, shall say so. */
  readonly isQuestion: boolean;
}

interface Claim {
  rank: number;
  readonly deny: () => void;
}

/** The rank of who has a name already. */
const HOLDER = -1;
/** Tabs answer within this time, also those that nobody sees. */
export const ANSWER_MS = 300;

/**
 * Names of which each belongs to one tab at most, where there is nobody to keep the list: who wants one asks all others, and
 * has it when nobody objects. Two tabs may have one name when one of them was too busy to answer, so it serves for what is
 * scarce, and not for what must not happen.
 */
export class RollCall {
  readonly #say: (call: Call) => void;
  readonly #wait: (milliseconds: number) => Promise<void>;
  readonly #claims = new Map<string, Claim>();

  /** @param say tells all other tabs, in each of which a roll call hears it */
  constructor(say: (call: Call) => void, wait: (milliseconds: number) => Promise<void>) {
    this.#say = say;
    this.#wait = wait;
  }

  /** How to give it back; undefined when somebody has it. */
  async claim(name: string): Promise<(() => void) | undefined> {
    if (this.#claims.has(name)) return undefined;
    const { promise: denied, resolve } = Promise.withResolvers<boolean>();
    const claim: Claim = { rank: Math.random(), deny: () => resolve(true) };
    this.#claims.set(name, claim);
    this.#say({ name, rank: claim.rank, isQuestion: true });
    const isDenied = await Promise.race([denied, this.#wait(ANSWER_MS)]);
    if (isDenied) {
      this.#claims.delete(name);
      return undefined;
    }
    claim.rank = HOLDER;
    return () => void this.#claims.delete(name);
  }

  hear({ name, rank, isQuestion }: Call): void {
    const claim = this.#claims.get(name);
    if (!claim) return;
    if (rank < claim.rank) claim.deny();
    else if (isQuestion) this.#say({ name, rank: claim.rank, isQuestion: false });
  }
}
