import type { SockAddr } from "../address/index.ts";

/** Base of all errors of this package: a stable `code` for programs, a sentence that says what to do for people. */
export class DhtError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The node isn't running: `run()` it first. */
export class NotRunningError extends DhtError {
  constructor(operation: string) {
    super("ERR_NOT_RUNNING", `${operation} needs a running node: call run() first`);
  }
}

/** `run()` was called on a node that runs already. */
export class AlreadyRunningError extends DhtError {
  constructor() {
    super("ERR_ALREADY_RUNNING", "this node is running already: shut it down first, or make another one");
  }
}

/** No socket could be opened, or an address makes no sense. */
export class SocketError extends DhtError {
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_SOCKET", message, options);
  }
}

/** The state file, or the port file beside it, can't be written. */
export class StateFileError extends DhtError {
  constructor(path: string, options: ErrorOptions & { readonly cause: unknown }) {
    const { cause } = options;
    const reason = cause instanceof Error && "code" in cause ? cause.code : cause;
    super(
      "ERR_STATE_FILE",
      `can't write ${path} (${reason}): does its folder exist, and may you write there?`,
      options,
    );
  }
}

/** Another node refused what it was asked, or broke the protocol. */
export class DhtProtocolError extends DhtError {
  /** The number with which it refused (203, 401, 404 …); undefined where it broke the protocol without a word. */
  readonly status: number | undefined;
  readonly address: SockAddr;

  /** @param complaint what the node at `address` did, for people */
  constructor(address: SockAddr, complaint: string, status?: number) {
    super("ERR_PROTOCOL", `the node at ${address} ${complaint}`);
    this.address = address;
    this.status = status;
  }
}

/** A query text (`SELECT … WHERE …`) can't be understood. */
export class QueryParseError extends DhtError {
  constructor(message: string) {
    super("ERR_QUERY_PARSE", message);
  }
}

/** Packed bytes (a value, an export, a state file) can't be understood. */
export class UnpackError extends DhtError {
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_UNPACK", message, options);
  }
}
