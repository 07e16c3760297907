export { Channel } from "./channel.ts";
export type { AcceptChannel, IncomingChannel } from "./incoming-requests.ts";
export { LINK_LIMITS, type LinkLimits } from "./limits.ts";
export { Link, type LinkOptions, type LinkStats } from "./link.ts";
export { ChannelEvent, LinkCloseEvent } from "./link-events.ts";
export type { OpenOptions } from "./opening.ts";
