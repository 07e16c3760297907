import type { Logger, LogLevel } from "@hashmere/dht";

const COLOURS: Readonly<Record<LogLevel, string>> = { debug: "", warning: "\u001b[33m", error: "\u001b[31m" };
const PLAIN = "\u001b[0m";

/**
 * `[seconds since start] text`, a line each.
 * @param isColoured warnings yellow, errors red
 */
export function lineLogger(write: (line: string) => void, isColoured = false): Logger {
  const begun = performance.now();
  return {
    isEnabled: () => true,
    log(level, message) {
      const seconds = ((performance.now() - begun) / 1000).toFixed(6);
      const colour = isColoured ? COLOURS[level] : "";
      write(`${colour}[${seconds}] ${message}${colour && PLAIN}\n`);
    },
  };
}
