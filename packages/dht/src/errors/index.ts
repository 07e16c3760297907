export {
  AlreadyRunningError,
  DhtError,
  DhtProtocolError,
  NotRunningError,
  QueryParseError,
  SocketError,
  StateFileError,
  UnpackError,
} from "./dht-error.ts";
