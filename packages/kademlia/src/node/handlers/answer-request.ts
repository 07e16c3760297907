import type { Address } from "../../address/index.ts";
import type { Answer, Request } from "../../wire/index.ts";
import { findNode } from "./find-node.ts";
import { findValue } from "./find-value.ts";
import type { RequestContext } from "./request-context.ts";
import { replicate, store } from "./store.ts";

export function answerRequest(request: Request, from: Address, context: RequestContext): Answer {
  switch (request.method) {
    case "ping":
      return { kind: "id", id: context.ownId };
    case "stun":
      return { kind: "address", address: from };
    case "find_node":
      return findNode(request.target, from, context);
    case "find_value":
      return findValue(request.target, from, context);
    case "store":
      return store(request, from, context);
    case "replicate":
      return replicate(request, from, context);
  }
}
