// Source: OpenDHT REST proxy, HTTP layer: which headers, and in which order.
import type { ServerResponse } from "node:http";

const JSON_TYPE = "application/json";
const COMMON = ["Server", "Hashmere"] as const;
const ANY_ORIGIN = ["Access-Control-Allow-Origin", "*"] as const;

/** A response with a body that is known. @param body ASCII, or bytes */
export function respond(
  response: ServerResponse,
  status: number,
  body: string | Uint8Array,
  headers: readonly string[] = [],
  contentType = JSON_TYPE,
): void {
  writeHead(response, status, body.length, headers, contentType);
  if (typeof body === "string") response.end(body, "latin1");
  else response.end(body);
}

/** The head of a response with a body of so many bytes. */
export function writeHead(
  response: ServerResponse,
  status: number,
  length: number,
  headers: readonly string[] = [],
  contentType = JSON_TYPE,
): void {
  response.sendDate = false;
  response.writeHead(status, [
    "Connection",
    connectionOf(response),
    "Content-Length",
    String(length),
    ...COMMON,
    "Content-Type",
    contentType,
    ...ANY_ORIGIN,
    ...headers,
  ]);
}

/** The head of a response whose body comes in pieces. */
export function respondStreamed(
  response: ServerResponse,
  contentType = JSON_TYPE,
  headers: readonly string[] = [],
): void {
  response.sendDate = false;
  response.writeHead(200, [
    "Connection",
    connectionOf(response),
    ...COMMON,
    "Content-Type",
    contentType,
    ...ANY_ORIGIN,
    ...headers,
    "Transfer-Encoding",
    "chunked",
  ]);
}

/** @param location where to go instead */
export function redirect(response: ServerResponse, location: string): void {
  respond(response, 302, "", ["Location", location, "Vary", "Accept"]);
}

function connectionOf({ shouldKeepAlive }: ServerResponse): string {
  return shouldKeepAlive ? "keep-alive" : "close";
}
