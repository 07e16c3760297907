/** Base of all errors of this package: a stable `code` for programs, a sentence that says what to do for people. */
export class KademliaError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** An argument makes no sense: an id of the wrong length, a port that is none, k below 1. */
export class InvalidArgumentError extends KademliaError {
  constructor(message: string) {
    super("ERR_INVALID_ARGUMENT", message);
  }
}

/** Only text, bytes, booleans, integers of 64 bits and floats can be stored. */
export class ValueTypeError extends KademliaError {
  constructor(message: string) {
    super("ERR_VALUE_TYPE", message);
  }
}

/** The value does not fit into a request of 8 KiB, the largest that nodes of this network send. */
export class ValueTooLargeError extends KademliaError {
  constructor(bytes: number, limit: number) {
    super(
      "ERR_VALUE_TOO_LARGE",
      `the value takes ${bytes} bytes and ${limit} fit into one request: store it in pieces, or store where it can be found`,
    );
  }
}

/** The operation needs a socket. */
export class NotListeningError extends KademliaError {
  constructor(operation: string) {
    super("ERR_NOT_LISTENING", `${operation} needs a listening server: await listen(port) first`);
  }
}

/** The server was stopped while the operation ran, or before it began. */
export class StoppedError extends KademliaError {
  constructor() {
    super("ERR_STOPPED", "this server has been stopped: make a new one");
  }
}

/** More operations wait than the node is ready to remember. */
export class BusyError extends KademliaError {
  constructor(waiting: number) {
    super("ERR_BUSY", `${waiting} operations are waiting already: await some of them before starting more`);
  }
}

/** The port could not be opened. */
export class SocketError extends KademliaError {
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_SOCKET", message, options);
  }
}

/** A state file is not what `saveState` or the Python library writes. */
export class StateFileError extends KademliaError {
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_STATE_FILE", message, options);
  }
}
