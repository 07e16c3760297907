import { ConnectError, type ConnectErrorCode } from "../errors/index.ts";

/** What an attempt waits for. */
export type Stage = "network" | "certificate" | "answer" | "path" | "tls" | "channel";

interface Meaning {
  readonly code: ConnectErrorCode;
  readonly message: string;
  readonly hint: string;
}

/** What it means that the time was up at each stage. */
const MEANINGS: Readonly<Record<Stage, Meaning>> = {
  network: {
    code: "ERR_NO_NETWORK",
    message: "the DHT can't be reached",
    hint: "Check the network and the bootstrap node.",
  },
  certificate: {
    code: "ERR_NO_CERTIFICATE",
    message: "no certificate of the device was found",
    hint: "Check the id. A device publishes its certificate when it is online; it stays for some days.",
  },
  answer: {
    code: "ERR_NO_ANSWER",
    message: "the device did not answer",
    hint: "It is offline, or it doesn't accept this device and keeps silent about it.",
  },
  path: {
    code: "ERR_NO_PATH",
    message: "the device answered, but no way to it was found",
    hint: "A firewall or NAT is in the way: a TURN server on one side helps.",
  },
  tls: {
    code: "ERR_TLS",
    message: "there is a way to the device, but it did not prove who it is",
    hint: "Try again; something between both sides may hold data back.",
  },
  channel: {
    code: "ERR_TIMED_OUT",
    message: "the device is connected but did not decide on the channel",
    hint: "Its application is busy: try again, or wait longer.",
  },
};

export function timedOut(stage: Stage, device: string, afterMs: number): ConnectError {
  const { code, message, hint } = MEANINGS[stage];
  return new ConnectError(code, `${message} (${device}, after ${afterMs / 1000} s)`, { hint });
}
