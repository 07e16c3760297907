export { type Logger, type LogLevel, silentLogger } from "./logger.ts";
