import { Certificate } from "@hashmere/crypto";
import { raceAbort } from "@hashmere/dht";
import { ConnectError } from "../errors/index.ts";
import type { Channel } from "../mux/index.ts";
import { type PeerDevice, peerDevice } from "./admission.ts";
import { ChannelOpening, type ConnectOptions, DEFAULT_TIMEOUT_MS } from "./channel-opening.ts";
import { type DeviceName, deviceIdOf, isIdOf, keyIdOf } from "./device-id.ts";
import type { Environment } from "./environment.ts";
import { GatheringAhead } from "./gathering-ahead.ts";
import type { PeerRegistry } from "./peer-registry.ts";

/** From the name of a device to a channel: finds out who it is, and leads whoever asks to the peer that it belongs to. */
export class Dialer {
  readonly #environment: Environment;
  readonly #peers: PeerRegistry;
  readonly #gatheringAhead: GatheringAhead;
  readonly #closing: AbortSignal;

  /** @param closing its abort ends what waits, with its reason */
  constructor(environment: Environment, peers: PeerRegistry, closing: AbortSignal) {
    const { layers, scheduler } = environment;
    this.#environment = environment;
    this.#peers = peers;
    this.#gatheringAhead = new GatheringAhead("controlled", layers, scheduler);
    this.#closing = closing;
  }

  async connect(device: DeviceName, name: string, options: ConnectOptions): Promise<Channel> {
    this.#closing.throwIfAborted();
    const { identity, scheduler } = this.#environment;
    const id = keyIdOf(device);
    if (isIdOf(id, identity.key.publicKey)) {
      throw new ConnectError("ERR_SELF", "a device doesn't connect to itself", { hint: "Name another device's id." });
    }
    const { timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    const opening = new ChannelOpening(`${id}`, name, options, timeoutMs, scheduler);
    this.#closing.addEventListener("abort", () => opening.fail(this.#closing.reason), { signal: opening.signal });
    try {
      this.#open(await this.#find(device, opening), opening);
    } catch (error) {
      opening.fail(error);
    }
    return opening.channel;
  }

  /** Who the device is: known already, or looked up. */
  async #find(name: DeviceName, opening: ChannelOpening): Promise<PeerDevice> {
    const connected = this.#peers.named(name);
    if (connected !== undefined) return connected.device;
    const { certificates, dht } = this.#environment;
    const id = keyIdOf(name);
    if (name instanceof Certificate) await certificates.keep(name);
    if (certificates.known(id) === undefined) {
      await raceAbort(dht.connected({ signal: opening.signal }), opening.signal);
      if (!opening.options.noNewLink) opening.session = this.#gatheringAhead.begin(`${id}`);
    }
    opening.stage = "certificate";
    const certificate = await raceAbort(certificates.obtain(id, opening.signal), opening.signal);
    opening.stage = "network";
    await raceAbort(dht.connected({ signal: opening.signal }), opening.signal);
    this.#closing.throwIfAborted();
    return peerDevice(deviceIdOf(certificate.publicKey), certificate);
  }

  #open(device: PeerDevice, opening: ChannelOpening): void {
    if (opening.isOver) return;
    const peer = this.#peers.obtain(device);
    const { name, options } = opening;
    const other = options.uniqueName ? peer.sharedOpening(name) : undefined;
    const channel = options.uniqueName ? peer.channelNamed(name) : undefined;
    if (other !== undefined) opening.follow(other, () => this.#open(device, opening));
    else if (channel !== undefined) opening.share(channel);
    else peer.open(opening);
  }
}
