export { type Logger, type LogLevel, silentLogger } from "./logger.ts";
export { formatRelativeTime } from "./relative-time.ts";
