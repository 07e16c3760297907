export { ChannelAgent } from "./channel-agent.ts";
export { channelDispatcher } from "./channel-dispatcher.ts";
export { ChannelListener, type ChannelSocket } from "./channel-listener.ts";
export type { ChannelAcceptor, ChannelOpener, OfferedChannel } from "./channel-source.ts";
export { connectChannel } from "./connect-channel.ts";
export type { SocketManners } from "./socket-manners.ts";
