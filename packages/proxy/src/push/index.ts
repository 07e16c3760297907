export { isUrgent, type PushEvent, payloadOf } from "./event.ts";
export { gorushRequest, parseGateway } from "./gorush.ts";
export * from "./outbox.ts";
export { type PostOptions, type PostOutcome, PUSH_TIMEOUT_MS, post } from "./post.ts";
export { isPublicAddress, isPublicEndpoint } from "./public-address.ts";
export { type PriorityCounts, Pusher, type PusherOptions } from "./pusher.ts";
export { PUSH_TTL_S, type PushRequest } from "./request.ts";
export { unifiedPushRequest } from "./unified-push.ts";
