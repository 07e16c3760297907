// Source: RFC 1928, as far as programs need it to reach a TCP service: no authentication, CONNECT.
import { isIPv6, type Socket } from "node:net";
import { ConnectError, type ConnectErrorCode } from "@hashmere/connect";
import type { ServiceAddress } from "./service-address.ts";

const VERSION = 5;
const NO_AUTHENTICATION = 0;
const NO_METHOD = 0xff;
const CONNECT = 1;
const IPV4 = 1;
const NAME = 3;
const IPV6 = 4;

/** Longest greeting and request: heads, and 255 methods or characters. */
const MAX_MESSAGE_BYTES = 262;

/** What a client of a SOCKS proxy is told (RFC 1928 §6). */
const Reply = {
  succeeded: 0,
  failure: 1,
  notAllowed: 2,
  hostUnreachable: 4,
  notSupported: 7,
  unknownAddress: 8,
} as const;

const NOT_ALLOWED: readonly ConnectErrorCode[] = ["ERR_DECLINED", "ERR_REFUSED"];

/** Reads what the client wants. Rejects when it is no SOCKS client, or wants something else: that it is told. */
export async function acceptSocks(socket: Socket): Promise<ServiceAddress> {
  const greeting = await readMessage(socket, greetingLength);
  const offersNone = greeting.subarray(2).includes(NO_AUTHENTICATION);
  socket.write(Uint8Array.of(VERSION, offersNone ? NO_AUTHENTICATION : NO_METHOD));
  if (!offersNone) throw new Error("the SOCKS client wants to give a password, and none is asked for");
  const request = await readMessage(socket, (bytes) => requestLength(socket, bytes));
  if (request[1] !== CONNECT) {
    reply(socket, Reply.notSupported);
    throw new Error("the SOCKS client wants something else than to connect");
  }
  return { host: hostOf(request), port: request.readUInt16BE(request.length - 2) };
}

/** Tells the client that it is connected, or why it is not. */
export function replySocks(socket: Socket, error?: unknown): void {
  if (error === undefined) reply(socket, Reply.succeeded);
  else if (!(error instanceof ConnectError)) reply(socket, Reply.failure);
  else reply(socket, NOT_ALLOWED.includes(error.code) ? Reply.notAllowed : Reply.hostUnreachable);
}

function reply(socket: Socket, code: number): void {
  // Where we are bound doesn't concern the client: the connection is another machine's.
  socket.write(Uint8Array.of(VERSION, code, 0, IPV4, 0, 0, 0, 0, 0, 0));
}

/** Undefined: more is needed to know. */
function greetingLength(bytes: Buffer): number | undefined {
  return bytes.length < 2 ? undefined : 2 + (bytes[1] ?? 0);
}

function requestLength(socket: Socket, bytes: Buffer): number | undefined {
  if (bytes.length < 5) return undefined;
  switch (bytes[3]) {
    case IPV4:
      return 10;
    case NAME:
      return 7 + (bytes[4] ?? 0);
    case IPV6:
      return 22;
    default:
      reply(socket, Reply.unknownAddress);
      throw new Error("the SOCKS client names an address of an unknown kind");
  }
}

function hostOf(request: Buffer): string {
  const address = request.subarray(4, -2);
  switch (request[3]) {
    case IPV4:
      return address.join(".");
    case NAME:
      return address.subarray(1).toString("latin1");
    default: {
      const groups = Array.from({ length: 8 }, (_, index) => address.readUInt16BE(2 * index).toString(16)).join(":");
      return isIPv6(groups) ? new URL(`http://[${groups}]`).hostname.slice(1, -1) : groups; // the shortest form
    }
  }
}

/** One message and not a byte more; what follows stays in the socket. */
async function readMessage(socket: Socket, lengthOf: (bytes: Buffer) => number | undefined): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  for (;;) {
    const length = lengthOf(bytes) ?? bytes.length + 1;
    if (bytes.length > 0 && bytes[0] !== VERSION) throw new Error("what connects is no SOCKS client of version 5");
    if (bytes.length === length) return bytes;
    if (length > MAX_MESSAGE_BYTES) throw new Error("the SOCKS client sends too much");
    const chunk: Buffer | null = socket.read(Math.min(length - bytes.length, Math.max(1, socket.readableLength)));
    if (chunk !== null) bytes = Buffer.concat([bytes, chunk]);
    else await readable(socket);
  }
}

function readable(socket: Socket): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onEnd = () => reject(new Error("the SOCKS client went away"));
  socket.once("readable", resolve).once("end", onEnd).once("close", onEnd);
  return promise.finally(() => socket.off("readable", resolve).off("end", onEnd).off("close", onEnd));
}
