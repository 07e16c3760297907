import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { badRequest, bodyTimeout, type HttpError, headersTooLarge, notImplemented } from "./http-error.ts";

/** What the platform's parser tells. */
interface ParserError extends Error {
  readonly code?: string;
  /** The bytes that came, and how many of them could be read. */
  readonly rawPacket?: unknown;
  readonly bytesParsed?: number | undefined;
}

/** As RFC 9112 has it, whatever the method. */
const REQUEST_LINE = /^[!-~]+ \S+ HTTP\/\d\.\d\r?$/;

/**
 * Ends a connection on which something came that is no HTTP, or takes too long to become a request, or a method that the
 * platform doesn't know.
 * @param mayAnswer unless an answer to another request is under way there
 */
export function refuseMalformed(error: ParserError, socket: Socket, mayAnswer: boolean): void {
  refuseBare(mayAnswer ? refusalOf(error) : undefined, socket);
}

/** Ends a connection that should lead elsewhere (`CONNECT`). */
export function refuseTunnel(socket: Socket, mayAnswer: boolean): void {
  refuseBare(mayAnswer ? notImplemented() : undefined, socket);
}

function refuseBare(refusal: HttpError | undefined, socket: Socket): void {
  if (refusal && socket.writable) socket.write(bareResponse(refusal));
  socket.destroySoon();
}

function refusalOf(error: ParserError): HttpError | undefined {
  const { code } = error;
  switch (code) {
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return bodyTimeout();
    case "HPE_HEADER_OVERFLOW":
      return headersTooLarge();
    case "HPE_INVALID_METHOD":
      return REQUEST_LINE.test(refusedLine(error)) ? notImplemented() : badRequest();
    default:
      return code?.startsWith("HPE_") ? badRequest() : undefined;
  }
}

/** The line that the parser stumbled over. */
function refusedLine({ rawPacket, bytesParsed = 0 }: ParserError): string {
  const text = Buffer.isBuffer(rawPacket) ? rawPacket.toString("latin1") : "";
  const [line = ""] = text.slice(text.lastIndexOf("\n", bytesParsed) + 1).split("\n", 1);
  return line;
}

/** Where there is no request yet to respond to. */
function bareResponse({ status, body }: HttpError): string {
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "Connection: close",
    `Content-Length: ${body.length}`,
    "Server: Hashmere",
    "Content-Type: application/json",
    "Access-Control-Allow-Origin: *",
    "",
    body,
  ].join("\r\n");
}
