/** The port of candidates that only dial (RFC 6544 §4.5): discard. */
export const ACTIVE_PORT = 9;
