import type { Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import type { Channel } from "@hashmere/connect";

/**
 * Copies between a channel and a TCP connection until both directions have ended; an end in one direction is handed on
 * where the peer knows such a thing. When one of them breaks, the other is closed, and it rejects.
 */
export async function joinStreams(channel: Channel, socket: Socket): Promise<void> {
  channel.allowHalfOpen = channel.endsOneWay;
  try {
    await Promise.all([pipeline(channel, socket), pipeline(socket, channel)]);
  } catch (error) {
    const hasEndedBoth = channel.readableEnded && !channel.endsOneWay; // the only end that such a peer knows
    if (!hasEndedBoth) throw error;
  } finally {
    channel.destroy();
    socket.destroy();
  }
}
