/** How much a message matters, from tracing to failure. */
export type LogLevel = "debug" | "warning" | "error";

/**
 * Where a node says what it does. Messages never hold key material, tokens or decrypted data.
 * The engine asks `isEnabled` before it builds a text, so a silent logger costs nothing.
 */
export interface Logger {
  isEnabled(level: LogLevel): boolean;
  log(level: LogLevel, message: string): void;
}

/** Takes no messages. */
export const silentLogger: Logger = {
  isEnabled: () => false,
  log: () => {},
};
