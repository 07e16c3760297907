export { Channel } from "./channel.ts";
export type { IncomingChannel } from "./incoming-requests.ts";
export { LINK_LIMITS, type LinkLimits } from "./limits.ts";
export { Link, type LinkOptions } from "./link.ts";
export type { ChannelEvent } from "./link-events.ts";
