import type { ServerResponse } from "node:http";
import { finished } from "node:stream";
import type { Scheduler } from "@hashmere/dht/engine";
import type { HttpError } from "./http-error.ts";
import { REFUSED_BODY_MS } from "./limits.ts";
import { writeHead } from "./respond.ts";

/**
 * Answers a request whose body is too long, and ends its connection: when the rest of the body has been thrown away, or
 * after `REFUSED_BODY_MS`. A connection that ended at once would break while the client still sends, and many clients
 * then never read the answer.
 */
export function refuseBody(response: ServerResponse, { status, body, headers }: HttpError, scheduler: Scheduler): void {
  response.shouldKeepAlive = false;
  writeHead(response, status, body.length, headers);
  response.write(body, "latin1");
  const patience = scheduler.at(scheduler.now() + REFUSED_BODY_MS, () => response.end());
  finished(response.req.resume(), () => {
    patience.cancel();
    response.end();
  });
}
