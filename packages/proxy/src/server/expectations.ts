import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { bodyTooLarge, unknownExpectation } from "./http-error.ts";
import type { ProxyService } from "./proxy-service.ts";
import { refuseBody } from "./refuse-body.ts";

/** Has clients that ask before they send a body (`Expect: 100-continue`) send no body that is too long anyhow. */
export function answerExpectations(server: Server, { limits, scheduler }: ProxyService): void {
  server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
    if (Number(request.headers["content-length"]) > limits.maxBodyBytes)
      return refuseBody(response, bodyTooLarge(), scheduler);
    response.writeContinue();
    server.emit("request", request, response);
  });
  server.on("checkExpectation", (_request: IncomingMessage, response: ServerResponse) =>
    refuseBody(response, unknownExpectation(), scheduler),
  );
}
