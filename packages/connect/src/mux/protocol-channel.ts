// Source: DHTNet connection protocol, multiplexed socket (version and beacons); the rest is this library's own.
import type { ChannelTable } from "./channel-table.ts";
import type { Liveness } from "./liveness.ts";
import type { PathWindow } from "./path-window.ts";
import { encodeProtocolMessage, type ProtocolMessage } from "./protocol-message.ts";

/** The version from which on beacons are answered. */
const VERSION = 1;
/** Version of what peers of this library add to the protocol. */
const EXTENSION_VERSION = 1;

interface ProtocolHost {
  readonly liveness: Liveness;
  readonly window: PathWindow;
  readonly table: ChannelTable;
  sendControl(frame: Buffer): void;
  /** The window may have room again. */
  resume(): void;
}

/** What both sides of a link say about the link itself: what they are, that they live, and what they have read. */
export class ProtocolChannel {
  readonly #host: ProtocolHost;
  #isPeerExtended = false;
  #hasSaidGoodbye = false;

  constructor(host: ProtocolHost) {
    this.#host = host;
  }

  /** The other side runs this library. */
  get isPeerExtended(): boolean {
    return this.#isPeerExtended;
  }

  /** The other side ends the link on purpose. */
  get hasSaidGoodbye(): boolean {
    return this.#hasSaidGoodbye;
  }

  begin(): void {
    this.#say({ kind: "version", version: VERSION });
    this.sayHello();
  }

  sayHello(): void {
    this.#say({ kind: "hello", version: EXTENSION_VERSION });
  }

  /** Asks for a sign of life. */
  sendBeacon(): void {
    this.#say({ kind: "beacon", isRequest: true });
    this.#host.window.asked();
  }

  sayGoodbye(): void {
    if (this.#isPeerExtended) this.#say({ kind: "goodbye" });
  }

  receive(message: ProtocolMessage): void {
    const { liveness, window, table } = this.#host;
    switch (message.kind) {
      case "version":
        liveness.canAsk = message.version >= VERSION;
        break;
      case "beacon":
        if (message.isRequest) this.#say({ kind: "beacon", isRequest: false });
        else this.#answered();
        break;
      case "hello":
        this.#isPeerExtended = message.version >= EXTENSION_VERSION;
        liveness.isAnswerCertain = this.#isPeerExtended;
        window.isAnswerCertain = this.#isPeerExtended;
        liveness.vouched();
        break;
      case "credit":
        liveness.confirm(message.bytes);
        table.flow(message.number)?.credit(message.bytes);
        break;
      case "finish":
        table.flow(message.number)?.finishedByPeer();
        break;
      case "reset":
        if (table.open.has(message.number)) table.flow(message.number)?.resetByPeer();
        break;
      case "goodbye":
        this.#hasSaidGoodbye = true;
        break;
    }
  }

  #answered(): void {
    const { liveness, window, resume } = this.#host;
    liveness.answered();
    window.answered();
    resume();
  }

  #say(message: ProtocolMessage): void {
    this.#host.sendControl(encodeProtocolMessage(message));
  }
}
