/** A TURN server that refuses, or does not speak TURN. Never holds the password. */
export class TurnError extends Error {
  override readonly name = "TurnError";
  /** The STUN error code (300–699), or 0 where the server sent none. */
  readonly code: number;

  constructor(code: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
