/** What can go wrong between asking for a channel and reading its last byte. */
export type ConnectErrorCode =
  | "ERR_BAD_CERTIFICATE"
  | "ERR_CLOSED"
  | "ERR_CLOSED_BY_PEER"
  | "ERR_DECLINED"
  | "ERR_INVALID_ID"
  | "ERR_LIMIT"
  | "ERR_LINK_LOST"
  | "ERR_MESSAGE_TOO_LONG"
  | "ERR_NO_ANSWER"
  | "ERR_NO_CERTIFICATE"
  | "ERR_NO_NETWORK"
  | "ERR_NO_PATH"
  | "ERR_PROTOCOL"
  | "ERR_REFUSED"
  | "ERR_SELF"
  | "ERR_TIMED_OUT"
  | "ERR_TLS";

/** A connection that could not be made, or that broke: `code` for programs, `message` and `hint` for people. */
export class ConnectError extends Error {
  override readonly name = "ConnectError";
  readonly code: ConnectErrorCode;
  /** What to do about it; empty when nothing helps. */
  readonly hint: string;

  constructor(code: ConnectErrorCode, message: string, options: ErrorOptions & { readonly hint?: string } = {}) {
    super(message, options);
    this.code = code;
    this.hint = options.hint ?? "";
  }
}
