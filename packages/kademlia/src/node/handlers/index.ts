export { type AcceptStore, answerRequest, type RequestContext, type StoreOffer } from "./answer-request.ts";
