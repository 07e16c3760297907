import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { TransportAddress } from "../address/index.ts";
import { StunAttributeType, StunBuilder, StunMessage, StunMethod } from "../stun/index.ts";
import type { PunchingSocket } from "./punching-socket.ts";

/** A request is sent so often, with these waits behind: a connection does not wait longer for a STUN server. */
const WAITS_MS = [120, 280] as const;

/** Two witnesses at different addresses tell how the router draws ports; more add nothing. */
const MAX_STUN_SERVERS = 2;

const TRANSACTION_ID_BYTES = 12;

/** The addresses at which STUN servers (RFC 8489) saw a socket of ours, in the order of `servers`; silent ones are left out. */
export async function reflexiveAddresses(
  socket: PunchingSocket,
  servers: readonly TransportAddress[],
  signal: AbortSignal,
): Promise<readonly TransportAddress[]> {
  const asked = servers.slice(0, MAX_STUN_SERVERS);
  const answers = await Promise.all(asked.map((server) => ask(socket, server, signal)));
  return answers.flatMap((address) => address ?? []);
}

async function ask(
  socket: PunchingSocket,
  server: TransportAddress,
  signal: AbortSignal,
): Promise<TransportAddress | undefined> {
  const id = randomBytes(TRANSACTION_ID_BYTES);
  const request = new StunBuilder("request", StunMethod.BINDING, id).fingerprint().build();
  const key = String.fromCharCode(...id);
  const answered = Promise.withResolvers<TransportAddress | undefined>();
  socket.onDatagram((bytes, from) => {
    if (from.address !== server.address || from.port !== server.port) return;
    const answer = StunMessage.parse(bytes);
    if (answer?.class === "success" && answer.transactionKey === key)
      answered.resolve(answer.xorAddress(StunAttributeType.XOR_MAPPED_ADDRESS));
  });
  const stop = new AbortController();
  const limit = AbortSignal.any([signal, stop.signal]);
  const repeat = async () => {
    for (const waitMs of WAITS_MS) {
      socket.sendPlainly(request, server);
      await sleep(waitMs, undefined, { signal: limit });
    }
  };
  repeat().then(
    () => answered.resolve(undefined),
    () => answered.resolve(undefined),
  );
  const address = await answered.promise;
  stop.abort();
  return address;
}
