import type { Address } from "../../address/index.ts";
import type { Answer, Request } from "../../wire/index.ts";
import type { RequestContext } from "./request-context.ts";

type StoreRequest = Extract<Request, { method: "store" }>;
type ReplicateRequest = Extract<Request, { method: "replicate" }>;

export function store(request: StoreRequest, from: Address, context: RequestContext): Answer {
  return {
    kind: "stored",
    stored: isWelcome(request, from, context) && context.holdings.publish(request.key, request.value),
  };
}

export function replicate(request: ReplicateRequest, from: Address, context: RequestContext): Answer {
  const { key, value, ageMs } = request;
  return { kind: "stored", stored: isWelcome(request, from, context) && context.holdings.replicate(key, value, ageMs) };
}

function isWelcome({ key, value }: StoreRequest | ReplicateRequest, from: Address, context: RequestContext): boolean {
  return context.acceptStore?.({ key, value: value.unpack(), from }) ?? true;
}
