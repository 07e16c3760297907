import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { SocketError, ValueTooLargeError } from "../errors/index.ts";
import type { Server } from "../server/index.ts";
import { pythonText, textOrBytes, type Value } from "../value/index.ts";
import { formatNeighbours } from "./neighbours.ts";

/** No larger value can be stored. */
const MAX_BODY_BYTES = 8_192;

const REQUEST_TIMEOUT_MS = 30_000;
const MAX_CONNECTIONS = 1_024;

/** Where to listen. */
export interface WebServerOptions {
  /** Default 8080; 0 for any free one. */
  readonly port?: number | undefined;
  /** Address of this machine to listen at. Default: all of them, IPv4 and IPv6. There is no authentication. */
  readonly host?: string | undefined;
}

/** A web server that is listening. */
export interface WebServer extends AsyncDisposable {
  /** The TCP port. */
  readonly port: number;
  /** Ends all connections, those with an answer under way too. */
  close(): Promise<void>;
}

/**
 * The web face of a server, as the Python library once had it:
 *
 *     curl --data "hi there" http://localhost:8080/dht/one     stores, and echoes at once
 *     curl http://localhost:8080/dht/one                       hi there, or 404
 *     curl http://localhost:8080/neighbours                    the routing table as JSON
 *
 * The key is the last segment of the path as it was written, without decoding. With `?wait=1` a POST is answered when the
 * value is stored, or with 503 when no node took it.
 *
 * @throws SocketError
 */
export async function startWebServer(server: Server, { port = 8080, host }: WebServerOptions = {}): Promise<WebServer> {
  const http = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    answer(server, request, response).catch(() =>
      sendPage(response, 500, "Internal Server Error", "Something went wrong."),
    );
  });
  http.maxConnections = MAX_CONNECTIONS;
  try {
    http.listen(port, host);
    await once(http, "listening"); // rejects on "error"
  } catch (error) {
    throw new SocketError(
      `cannot listen on TCP ${host ?? "any address,"} port ${port}: is it in use, or not an address of this machine?`,
      {
        cause: error,
      },
    );
  }
  const close = async () => {
    http.closeAllConnections();
    http.close();
    await once(http, "close");
  };
  const { port: boundPort } = http.address() as AddressInfo; // a TCP server's address is never a pipe's name
  return { port: boundPort, close, [Symbol.asyncDispose]: close };
}

async function answer(server: Server, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = "", query = ""] = (request.url ?? "").split("?", 2);
  const isRead = request.method === "GET" || request.method === "HEAD";
  if (path === "/neighbours") {
    if (isRead) send(response, 200, "application/json", formatNeighbours(server.neighbours, server.id));
    else sendPage(response, 405, "Method Not Allowed", "The neighbours can only be read.", { Allow: "GET, HEAD" });
  } else if (path.startsWith("/dht/")) {
    // node:http has each byte of the path as one character; the key is these bytes.
    const key = Buffer.from(path.slice(path.lastIndexOf("/") + 1), "latin1");
    if (isRead) await answerGet(server, key, response);
    else if (request.method === "POST") await answerPost(server, key, new URLSearchParams(query), request, response);
    else sendPage(response, 405, "Method Not Allowed", "A value can be read and stored.", { Allow: "GET, HEAD, POST" });
  } else {
    sendNoResource(response);
  }
}

async function answerGet(server: Server, key: Uint8Array, response: ServerResponse): Promise<void> {
  const { value } = await server.get(key);
  const body = value === undefined ? "" : bodyOf(value);
  // As ever here: an empty value cannot be told from none.
  if (body.length === 0 || !isTruthy(value)) sendNoResource(response);
  else send(response, 200, "text/html", body);
}

async function answerPost(
  server: Server,
  key: Uint8Array,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  if (!body) {
    sendPage(response, 413, "Content Too Large", `A value has at most ${MAX_BODY_BYTES} bytes.`, {
      Connection: "close",
    });
    return;
  }
  // The first server of a network answers what it was given, and hands it on to the second.
  const setting = server.set(key, textOrBytes(body), { keepIfAlone: true });
  if (query.get("wait") !== "1") {
    setting.catch(() => {}); // the outcome is not reported, as promised
    send(response, 200, "text/html", body);
    return;
  }
  try {
    const result = await setting;
    if (result.ok) send(response, 200, "text/html", body);
    else sendPage(response, 503, "Service Unavailable", `No node stored the value: ${result.reason}.`);
  } catch (error) {
    if (!(error instanceof ValueTooLargeError)) throw error;
    sendPage(response, 413, "Content Too Large", error.message);
  }
}

/** Undefined if it is longer than any value can be. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers["content-length"]) > MAX_BODY_BYTES) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > MAX_BODY_BYTES) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function bodyOf(value: Value): string | Uint8Array {
  return typeof value === "string" || value instanceof Uint8Array ? value : pythonText(value);
}

function isTruthy(value: Value | undefined): boolean {
  return Boolean(typeof value === "object" ? value.valueOf() : value);
}

function sendNoResource(response: ServerResponse): void {
  sendPage(response, 404, "No Such Resource", "Sorry. No luck finding that resource.");
}

function sendPage(
  response: ServerResponse,
  status: number,
  title: string,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const heading = `${status} - ${title}`;
  const page = `<!doctype html>\n<html><head><title>${heading}</title></head>\n<body><h1>${heading}</h1><p>${text}</p></body></html>\n`;
  send(response, status, "text/html", page, headers);
}

/** Values come from strangers and are shown as HTML, as ever; the sandbox keeps scripts in them from running. */
function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent) return;
  response.writeHead(status, {
    "Content-Type": `${type}; charset=utf-8`,
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    ...headers,
  });
  response.end(body); // node:http leaves the body out for HEAD
}
