export {
  AlreadyRunningError,
  DhtError,
  NotRunningError,
  QueryParseError,
  SocketError,
  StateFileError,
  UnpackError,
} from "./dht-error.ts";
