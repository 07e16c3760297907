export { answerRequest } from "./answer-request.ts";
export type { AcceptStore, RequestContext, StoreOffer } from "./request-context.ts";
