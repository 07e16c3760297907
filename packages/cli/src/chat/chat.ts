import { randomBytes } from "node:crypto";
import {
  type DhtRunner,
  Filters,
  IM_MESSAGE,
  ImMessage,
  type InfoHash,
  type Listener,
  type Value,
} from "@hashmere/dht";
import { tryParseKeyId } from "../identity/own-identity.ts";
import { isHexKey, parseKey } from "../key.ts";
import type { Streams } from "../output/output.ts";
import { Screen } from "../shell/screen.ts";
import { describeMessage, encodeMessage } from "./message.ts";

/** How a channel is joined, in dhtchat's words. */
export const CHAT_HINT = "  type 'c {hash}' to join a channel";

/** Signed messages, ours too. */
const MESSAGES = Filters.and(Filters.type(IM_MESSAGE.id), (value) => ImMessage.filter?.(value) ?? false);

/** Rooms under keys of the DHT, where everybody reads what is said, or only the one whom it is encrypted for. */
export class Chat {
  readonly #screen: Screen;
  #room: { readonly key: InfoHash; readonly listener: Listener<Value> } | undefined;

  constructor(streams: Streams) {
    this.#screen = new Screen(streams, { prompt: () => (this.#room ? ">> " : "> ") });
  }

  print(text: string): void {
    this.#screen.print(`${text}\n`);
  }

  complain(text: string): void {
    this.#screen.complain(`${text}\n`);
  }

  /** Reads lines until the user leaves, the end of the input, Ctrl-C or an abort. */
  async run(node: DhtRunner, signal: AbortSignal): Promise<void> {
    await this.#screen.read((line) => this.#execute(line, node), signal);
    this.#leaveRoom();
  }

  #execute(line: string, node: DhtRunner): void {
    const text = line.trim();
    if (text === "") return;
    if (this.#room) this.#executeInside(text, this.#room.key, node);
    else this.#executeOutside(text, node);
  }

  #executeOutside(line: string, node: DhtRunner): void {
    const [word = "", name] = line.split(/\s+/);
    if (["x", "q", "exit", "quit"].includes(word)) this.#screen.close();
    else if (word === "c" && name !== undefined) this.#join(name, node);
    else this.print("Unknown command. Type 'c {hash}' to join a channel");
  }

  #executeInside(line: string, key: InfoHash, node: DhtRunner): void {
    const [, recipient = "", secret = ""] = /^e\s+(\S+)\s+(.+)$/.exec(line) ?? [];
    const to = tryParseKeyId(recipient);
    if (line === "d") this.#leaveRoom();
    else if (to) void this.#send(node.putEncrypted(key, to, newMessage(secret)));
    else void this.#send(node.putSigned(key, newMessage(line)));
  }

  #join(name: string, node: DhtRunner): void {
    const key = parseKey(name);
    this.print(isHexKey(name) ? `Joining ${key}` : `Joining h(${name}) = ${key}`);
    const listener = node.listen(key, { filter: MESSAGES });
    this.#room = { key, listener };
    void this.#show(listener, node.id);
  }

  #leaveRoom(): void {
    this.#room?.listener.cancel();
    this.#room = undefined;
  }

  async #show(listener: Listener<Value>, ownId: InfoHash): Promise<void> {
    for await (const { value, expired } of listener) {
      if (expired || value.ownerId?.equals(ownId)) continue;
      const line = describeMessage(value, new Date());
      if (line !== undefined) this.print(line);
    }
  }

  async #send(put: ReturnType<DhtRunner["putSigned"]>): Promise<void> {
    const { ok, error } = await put;
    if (ok) return;
    this.print("Message publishing failed !");
    if (error) this.complain(error.message);
  }
}

function newMessage(text: string): Value {
  return encodeMessage(text, randomBytes(8).readBigUInt64BE(), new Date());
}
