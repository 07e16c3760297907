export {
  BusyError,
  InvalidArgumentError,
  KademliaError,
  NotListeningError,
  SocketError,
  StateFileError,
  StoppedError,
  ValueTooLargeError,
  ValueTypeError,
} from "./kademlia-error.ts";
