import { Agent, type AgentOptions, type ClientRequestArgs } from "node:http";
import type { Duplex } from "node:stream";
import { ConnectError } from "../errors/index.ts";
import type { ChannelOpener } from "./channel-source.ts";
import { withSocketManners } from "./socket-manners.ts";

type Connected = (error: Error | null, stream: Duplex) => void;

/**
 * Lets `http.request` talk to devices: the host of a URL is a device id, each connection a channel.
 *
 * ```ts
 * http.get(`http://${deviceId}/`, { agent: manager.agent("web") }, (response) => …);
 * ```
 */
export class ChannelAgent extends Agent {
  readonly #opener: ChannelOpener;
  readonly #name: string;

  /** @param name of the channels, whatever the port in the URL */
  constructor(opener: ChannelOpener, name: string, options: AgentOptions = {}) {
    super({ keepAlive: true, ...options });
    this.#opener = opener;
    this.#name = name;
  }

  override createConnection(options: ClientRequestArgs, connected: Connected): undefined {
    this.#open(options).then(
      (channel) => connected(null, channel),
      // The callback's second parameter is for successes only, which its type doesn't say.
      (error) => (connected as (error: Error) => void)(error),
    );
  }

  async #open({ host, signal }: ClientRequestArgs): Promise<Duplex> {
    if (!host) throw new ConnectError("ERR_INVALID_ID", "the URL names no device: its host is a device id");
    return withSocketManners(await this.#opener.connect(host, this.#name, { signal }));
  }
}
