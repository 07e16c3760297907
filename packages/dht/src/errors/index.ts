export {
  AlreadyRunningError,
  DhtError,
  NotRunningError,
  QueryParseError,
  SocketError,
  UnpackError,
} from "./dht-error.ts";
