/** What may be on its way at first, and at least. */
export const MIN_PATH_WINDOW_BYTES = 32 * 1024;
/** The share of the window, as a divisor, after which the other side is asked whether it has arrived. */
const QUESTION_SHARE = 4;
/** Where answers come within this time, the queues on the way are short, and the window may grow if it is used … */
const QUICK_ANSWER_MS = 1000;
/** … and an answer that takes so long has stood in a long one: no more is to be on its way then than a quick one allows. */
const LATE_ANSWER_MS = 3000;

interface Question {
  readonly askedAt: number;
  /** Bytes that had been sent before it, and how many of them were on their way. */
  readonly sentBytes: number;
  readonly onTheWay: number;
}

/**
 * How much of a link's data may be on its way: as much as keeps the path busy, and no queue on it full. Whatever is handed to the
 * socket stands before all that comes later, and a home router may take seconds of it, and drop the rest: then answers to
 * questions, credit, and channels that have just begun wait for as long, and longer while what was dropped is repeated.
 *
 * The questions are beacons, which peers of this library answer at once; with others there is no such limit.
 */
export class PathWindow {
  readonly #now: () => number;
  readonly #ask: () => void;
  readonly #questions: Question[] = [];
  #isAnswerCertain = false;
  #isDeaf = false;
  #bytes = MIN_PATH_WINDOW_BYTES;
  #sentBytes = 0;
  #askedBytes = 0;
  #arrivedBytes = 0;
  /** What had been sent when it was last changed: only questions after that tell what came of it. */
  #changedAtBytes = 0;

  /**
   * @param now monotonic time in ms
   * @param ask sends a question behind all that was sent before, and calls {@link asked}
   */
  constructor(now: () => number, ask: () => void) {
    this.#now = now;
    this.#ask = ask;
  }

  /** The other side answers at once, whatever else it does. */
  set isAnswerCertain(isCertain: boolean) {
    this.#isAnswerCertain = isCertain;
    this.#catchUp();
  }

  /** This side doesn't read for a while, so it hears no answers. */
  set isDeaf(isDeaf: boolean) {
    this.#isDeaf = isDeaf;
    this.#catchUp();
  }

  /** Whether another frame may be sent. */
  get hasRoom(): boolean {
    return !this.#isInUse() || this.#sentBytes - this.#arrivedBytes < this.#bytes;
  }

  sent(bytes: number): void {
    this.#sentBytes += bytes;
    if (this.#isInUse() && this.#sentBytes - this.#askedBytes >= this.#bytes / QUESTION_SHARE) this.#ask();
  }

  /** A question was sent, for whatever reason. */
  asked(): void {
    this.#askedBytes = this.#sentBytes;
    const onTheWay = this.#sentBytes - this.#arrivedBytes;
    this.#questions.push({ askedAt: this.#now(), sentBytes: this.#sentBytes, onTheWay });
  }

  /** The oldest question was answered. */
  answered(): void {
    const question = this.#questions.shift();
    if (question === undefined) return;
    this.#arrivedBytes = question.sentBytes;
    if (question.sentBytes > this.#changedAtBytes) this.#adjust(this.#now() - question.askedAt, question.onTheWay);
  }

  #isInUse(): boolean {
    return this.#isAnswerCertain && !this.#isDeaf;
  }

  /** What was sent without a question. */
  #catchUp(): void {
    if (this.#isInUse() && this.#sentBytes > this.#askedBytes) this.#ask();
  }

  #adjust(answeredAfterMs: number, onTheWay: number): void {
    const isUsed = onTheWay >= this.#bytes / 2;
    if (answeredAfterMs <= QUICK_ANSWER_MS && isUsed) this.#change(this.#bytes * 2);
    else if (answeredAfterMs >= LATE_ANSWER_MS) {
      this.#change(Math.max((onTheWay * QUICK_ANSWER_MS) / answeredAfterMs, MIN_PATH_WINDOW_BYTES));
    }
  }

  #change(bytes: number): void {
    this.#bytes = bytes;
    this.#changedAtBytes = this.#sentBytes;
  }
}
