import { Agent, type buildConnector, type Dispatcher } from "undici";
import { ConnectError } from "../errors/index.ts";
import type { ChannelOpener } from "./channel-source.ts";

/**
 * Lets `fetch` talk to devices: the host of a URL is a device id, each connection a channel.
 *
 * ```ts
 * const page = await fetch(`http://${deviceId}/`, { dispatcher: manager.dispatcher("web") });
 * ```
 * @param name of the channels, whatever the port in the URL
 */
export function channelDispatcher(opener: ChannelOpener, name: string, options: Agent.Options = {}): Dispatcher {
  return new Agent({ ...options, connect: connector(opener, name) });
}

function connector(opener: ChannelOpener, name: string): buildConnector.connector {
  return ({ hostname, protocol }, connected) => {
    if (protocol !== "http:") {
      connected(notPlain(), null);
      return;
    }
    opener.connect(hostname, name, {}).then(
      // Any Duplex serves: of a socket, undici uses nothing else where it looks for more.
      (channel) => connected(null, channel as Parameters<typeof connected>[1] & object),
      (error) => connected(error, null),
    );
  };
}

function notPlain(): ConnectError {
  return new ConnectError("ERR_PROTOCOL", "a channel carries plain http: it is encrypted and authenticated below", {
    hint: "Write http:// instead of https://.",
  });
}
