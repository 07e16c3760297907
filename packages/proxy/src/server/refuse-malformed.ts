import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { badRequest, bodyTimeout, type HttpError, headersTooLarge } from "./http-error.ts";

/**
 * Ends a connection on which something came that is no HTTP, or takes too long to become a request. Unknown methods get no
 * answer, as in the original.
 * @param mayAnswer unless an answer to another request is under way there
 */
export function refuseMalformed(error: Error & { readonly code?: string }, socket: Socket, mayAnswer: boolean): void {
  const refusal = mayAnswer ? refusalOf(error.code) : undefined;
  if (refusal && socket.writable) socket.write(bareResponse(refusal));
  socket.destroySoon();
}

function refusalOf(code: string | undefined): HttpError | undefined {
  switch (code) {
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return bodyTimeout();
    case "HPE_HEADER_OVERFLOW":
      return headersTooLarge();
    case "HPE_INVALID_METHOD":
      return undefined;
    default:
      return code?.startsWith("HPE_") ? badRequest() : undefined;
  }
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
