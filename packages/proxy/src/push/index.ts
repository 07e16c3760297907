export type { PushEvent } from "./event.ts";
export { gorushRequest, parseGateway } from "./gorush.ts";
export * from "./outbox.ts";
export { type PostOptions, type PostOutcome, post } from "./post.ts";
export { isPublicAddress, isPublicEndpoint } from "./public-address.ts";
export { Pusher } from "./pusher.ts";
export type { PushRequest } from "./request.ts";
export { unifiedPushRequest } from "./unified-push.ts";
