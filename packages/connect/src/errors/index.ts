export { ConnectError, type ConnectErrorCode } from "./connect-error.ts";
