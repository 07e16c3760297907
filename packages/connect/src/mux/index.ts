export { Channel } from "./channel.ts";
export type { IncomingChannel } from "./incoming-requests.ts";
export { LINK_LIMITS, type LinkLimits } from "./limits.ts";
export { Link } from "./link.ts";
export type { ChannelEvent } from "./link-events.ts";
export type { LinkOptions } from "./link-options.ts";
