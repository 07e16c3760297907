import { ConnectError } from "../errors/index.ts";

export function pathDead(afterMs: number): ConnectError {
  return new ConnectError(
    "ERR_LINK_LOST",
    `nothing came from the other side for ${Math.round(afterMs)} ms after it was asked`,
    {
      hint: "The network between both sides has changed or failed. Connect again.",
    },
  );
}

export function lost(cause?: Error): ConnectError {
  return new ConnectError("ERR_LINK_LOST", "the connection to the other side broke", { cause, hint: "Connect again." });
}

/** To the other side's program, which is gone, or to somebody on the way, it looks like an end; nobody has announced it. */
export function cutOff(): ConnectError {
  return new ConnectError("ERR_LINK_LOST", "the connection ended without the other side's goodbye", {
    hint: "Its program was killed, or the connection was cut on the way. Connect again.",
  });
}

/** A TLS client believes that it is connected before the server has looked at its certificate. */
export function refused(): ConnectError {
  return new ConnectError("ERR_TLS", "the other side ended the connection before its first word", {
    hint: "It may not accept this device's certificate.",
  });
}

export function closedHere(): ConnectError {
  return new ConnectError("ERR_CLOSED", "the link was closed here");
}

export function closedByPeer(): ConnectError {
  return new ConnectError("ERR_CLOSED_BY_PEER", "the other side closed the link");
}

export function declined(name: string): ConnectError {
  return new ConnectError("ERR_DECLINED", `the other side doesn't accept the channel “${name}”`, {
    hint: "Is a service of that name offered there, to you?",
  });
}
