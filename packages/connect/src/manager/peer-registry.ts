import type { PkId } from "@hashmere/dht";
import type { Channel } from "../mux/index.ts";
import type { PeerDevice } from "./admission.ts";
import { type DeviceName, isIdOf, keyIdOf } from "./device-id.ts";
import type { Peer } from "./peer.ts";
import type { PeerLink } from "./peer-link.ts";

/** The devices with which there is something between us: links, attempts to make one, channels that wait. */
export class PeerRegistry implements Iterable<Peer> {
  readonly #createPeer: (device: PeerDevice) => Peer;
  /** By device id. */
  readonly #peers = new Map<string, Peer>();

  constructor(createPeer: (device: PeerDevice) => Peer) {
    this.#createPeer = createPeer;
  }

  /** The one to which a device belongs, from now on if not before. */
  obtain(device: PeerDevice): Peer {
    const key = `${device.deviceId}`;
    const peer = this.#peers.get(key) ?? this.#createPeer(device);
    this.#peers.set(key, peer);
    return peer;
  }

  withId(deviceId: PkId): Peer | undefined {
    return this.#peers.get(`${deviceId}`);
  }

  named(name: DeviceName): Peer | undefined {
    const id = keyIdOf(name);
    for (const peer of this) if (isIdOf(id, peer.device.certificate.publicKey)) return peer;
    return undefined;
  }

  delete({ device }: Peer): void {
    this.#peers.delete(`${device.deviceId}`);
  }

  [Symbol.iterator](): IterableIterator<Peer> {
    return this.#peers.values();
  }

  get links(): readonly PeerLink[] {
    return [...this].flatMap(({ links }) => links);
  }

  /** The link that carries a channel. */
  linkOf(channel: Channel): PeerLink | undefined {
    return this.links.find(({ inUse }) => inUse.has(channel));
  }

  /** Attempts that are under way, ours and theirs. */
  get negotiationCount(): number {
    let count = 0;
    for (const { negotiationCount } of this) count += negotiationCount;
    return count;
  }
}
