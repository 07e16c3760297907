// The only place that knows the HTTP framework.
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { JsonSyntaxError, JsonTypeError, PushTargetTooLongError } from "../json/index.ts";
import { Exchange } from "./exchange.ts";
import { answerExpectations } from "./expectations.ts";
import {
  badJson,
  badPath,
  badRequest,
  bodyTooLarge,
  HttpError,
  internalError,
  notAuthorized,
  notImplemented,
  targetTooLong,
} from "./http-error.ts";
import { Pipelines } from "./pipelines.ts";
import type { ProxyService } from "./proxy-service.ts";
import { refuseBody } from "./refuse-body.ts";
import { refuseMalformed, refuseTunnel } from "./refuse-malformed.ts";
import { respond } from "./respond.ts";
import { answerOptions, type Route } from "./routes/index.ts";
import { StallWatch } from "./stall-watch.ts";

export interface HttpAppOptions {
  readonly service: ProxyService;
  readonly routes: readonly Route[];
  /** Makes the server that hands its requests on. */
  readonly createServer: (listener: RequestListener) => Server;
  /** Something went wrong that is our fault. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** A body is kept as text, and what it claims to be is not asked: clients send JSON under any name. */
const ANY_TYPE = "application/octet-stream";

/** The routes on an HTTP server, ready to listen. */
export function createHttpApp({ service, routes, createServer, onError = () => {} }: HttpAppOptions): FastifyInstance {
  const pipelines = new Pipelines();
  const app = fastify({
    serverFactory: (handler) => createServer(handler),
    bodyLimit: service.limits.maxBodyBytes,
    exposeHeadRoutes: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 4_096 },
    clientErrorHandler: (error, socket) => refuseMalformed(error, socket, pipelines.mayAnswerNow(socket)),
    frameworkErrors: (_error, _request, reply) => {
      reply.hijack();
      refuse(reply.raw, badPath());
    },
    forceCloseConnections: "idle",
    return503OnClosing: false,
    logger: false,
  });
  answerExpectations(app.server, service);
  app.server.on("connect", ({ socket }) => refuseTunnel(socket, pipelines.mayAnswerNow(socket)));
  app.addHttpMethod("SUBSCRIBE", { hasBody: true });
  app.addHttpMethod("UNSUBSCRIBE", { hasBody: true });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
  app.addHook("onRequest", (request, reply, done) => {
    if (!pipelines.admit(request.raw.socket, reply.raw)) return; // nobody is left to answer
    if (service.isEnding) reply.raw.shouldKeepAlive = false;
    if (isEncoded(request.raw)) {
      reply.hijack();
      return answerError(notImplemented(), "none", reply.raw);
    }
    if (request.method !== "GET") request.raw.headers["content-type"] = ANY_TYPE;
    done();
  });
  const answerError = (error: unknown, route: string, response: ServerResponse) => {
    const refusal = toHttpError(error);
    if (refusal.status === 500 && !(error instanceof JsonTypeError)) onError(error);
    if (refusal.status === 413) refuseBody(response, refusal, service.scheduler);
    else refuse(response, refusal);
    service.requests.add(route, refusal.status);
  };
  for (const route of routes) {
    const name = `${route.method} ${route.path}`;
    app.route({
      method: hasHead(route) ? [route.method, "HEAD"] : route.method,
      url: route.path,
      handler: (request, reply) => handle(service, route, name, request, reply, answerError),
    });
  }
  for (const path of new Set(routes.map(({ path }) => path))) {
    app.options(path, (request, reply) => {
      reply.hijack();
      answerOptions(exchangeOf(service, request, reply));
    });
  }
  app.setNotFoundHandler((_request, reply) => {
    reply.hijack();
    refuse(reply.raw, notImplemented());
    service.requests.add("none", 501);
  });
  app.setErrorHandler((error, request, reply) => {
    reply.hijack();
    const { url } = request.routeOptions;
    answerError(error, url === undefined ? "none" : `${request.method} ${url}`, reply.raw);
  });
  return app;
}

async function handle(
  service: ProxyService,
  route: Route,
  name: string,
  request: FastifyRequest,
  reply: FastifyReply,
  onError: (error: unknown, route: string, response: ServerResponse) => void,
): Promise<void> {
  reply.hijack();
  service.statistics.countRequest();
  try {
    const exchange = exchangeOf(service, request, reply);
    const isOpen = route.isOpen === "to browsers" ? exchange.accepts("text/html") : route.isOpen;
    if (!isOpen && !service.authorization.allows(request.raw, mayStream(route))) throw notAuthorized();
    await handleCounted(route, exchange);
    if (reply.raw.writableLength > 0) new StallWatch(reply.raw, service.scheduler).look();
    service.requests.add(name, reply.raw.statusCode);
  } catch (error) {
    onError(error, name, reply.raw);
  }
}

/** In a way that isn't undone here: only the pieces of a body are put together. */
function isEncoded({ headers }: IncomingMessage): boolean {
  const encoding = headers["transfer-encoding"];
  return encoding !== undefined && encoding.trim().toLowerCase() !== "chunked";
}

/** What isn't the original's may be asked for without its body, as monitors do. */
function hasHead({ method, gives }: Route): boolean {
  return method === "GET" && (gives === "page" || gives === "text" || gives === "object");
}

function mayStream({ method, gives }: Route): boolean {
  return method === "GET" && (gives === "values" || gives === "events");
}

async function handleCounted(route: Route, exchange: Exchange): Promise<void> {
  const giveBack = exchange.take("requests");
  try {
    await route.handle(exchange);
  } finally {
    giveBack();
  }
}

function exchangeOf(service: ProxyService, request: FastifyRequest, reply: FastifyReply): Exchange {
  // The router gives texts as parameters, and the only body parser gives a text.
  const parameters = request.params as Readonly<Record<string, string>>;
  const body = typeof request.body === "string" ? request.body : "";
  return new Exchange(service, request.raw, reply.raw, parameters, body);
}

function toHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof JsonSyntaxError) return badJson();
  if (error instanceof PushTargetTooLongError) return targetTooLong();
  const { code } = error as Partial<FastifyError>; // of whatever was thrown, a code may tell what it is
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") return bodyTooLarge();
  if (code === "FST_ERR_CTP_INVALID_CONTENT_LENGTH" || code === "ECONNRESET") return badRequest();
  return internalError();
}

function refuse(response: ServerResponse, { status, body, headers }: HttpError): void {
  if (status === 501) response.shouldKeepAlive = false;
  if (response.headersSent) response.destroy();
  else respond(response, status, body, headers);
}
