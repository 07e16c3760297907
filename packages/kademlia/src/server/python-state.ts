import type { HostAndPort } from "../address/index.ts";
import { StateFileError } from "../errors/index.ts";
import { ID_BYTES, NodeId } from "../id/index.ts";
import type { ServerState } from "./state.ts";

/**
 * Reads the state that the Python library's `save_state` writes: a pickle of
 * `{"ksize": int, "alpha": int, "id": bytes, "neighbors": [(host, port), …]}`.
 *
 * A pickle is a program that may call anything. This understands only the instructions (protocols 4 and 5) that build
 * dictionaries, lists, tuples, text, bytes and small integers, and refuses the file at any other.
 *
 * @throws StateFileError for any other instruction or shape
 */
export function parsePythonState(pickle: Uint8Array): ServerState {
  const state = new Unpickler(pickle).load();
  if (!(state instanceof Map)) throw new StateFileError("this pickle holds no dictionary");
  const id = state.get("id");
  const neighbors = state.get("neighbors");
  const [k, alpha] = [state.get("ksize"), state.get("alpha")];
  const isId = id instanceof Uint8Array && id.length === ID_BYTES;
  if (!(isId && Array.isArray(neighbors) && typeof k === "number" && typeof alpha === "number")) {
    throw new StateFileError("this pickle holds something else than the state of a Kademlia server");
  }
  return { id: NodeId.from(id), k, alpha, neighbours: neighbors.map(neighbourOf), publications: [], pairs: [] };
}

function neighbourOf(entry: unknown): HostAndPort {
  const [host, port] = Array.isArray(entry) ? entry : [];
  if (typeof host !== "string" || typeof port !== "number" || port < 1 || port > 65535) {
    throw new StateFileError("a neighbour is no pair of host and port");
  }
  return { host, port };
}

const MARK = Symbol("mark");

class Unpickler {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #stack: unknown[] = [];
  readonly #memo: unknown[] = [];
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  load(): unknown {
    for (;;) {
      const opcode = this.#uint8();
      if (opcode === 0x2e) return this.#pop(); // STOP
      this.#execute(opcode);
    }
  }

  #execute(opcode: number): void {
    switch (opcode) {
      case 0x80: // PROTO
        if (this.#uint8() > 5) throw new StateFileError("this pickle is newer than protocol 5");
        return;
      case 0x95: // FRAME: the length of what follows, of no interest in a file
        this.#take(8);
        return;
      case 0x28: // MARK
        this.#stack.push(MARK);
        return;
      case 0x94: // MEMOIZE
        this.#memo.push(this.#stack.at(-1));
        return;
      case 0x68: // BINGET
        this.#push(this.#memo[this.#uint8()]);
        return;
      case 0x6a: // LONG_BINGET
        this.#push(this.#memo[this.#uint32()]);
        return;
      case 0x4b: // BININT1
        this.#push(this.#uint8());
        return;
      case 0x4d: // BININT2
        this.#push(this.#view.getUint16(this.#skip(2), true));
        return;
      case 0x4a: // BININT
        this.#push(this.#view.getInt32(this.#skip(4), true));
        return;
      case 0x8c: // SHORT_BINUNICODE
        this.#push(textOf(this.#take(this.#uint8())));
        return;
      case 0x58: // BINUNICODE
        this.#push(textOf(this.#take(this.#uint32())));
        return;
      case 0x43: // SHORT_BINBYTES
        this.#push(this.#take(this.#uint8()));
        return;
      case 0x42: // BINBYTES
        this.#push(this.#take(this.#uint32()));
        return;
      case 0x7d: // EMPTY_DICT
        this.#push(new Map());
        return;
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
        this.#push([]);
        return;
      case 0x85: // TUPLE1
        this.#push([this.#pop()]);
        return;
      case 0x86: // TUPLE2
        this.#push([this.#pop(), this.#pop()].reverse());
        return;
      case 0x87: // TUPLE3
        this.#push([this.#pop(), this.#pop(), this.#pop()].reverse());
        return;
      case 0x74: // TUPLE
        this.#push(this.#popToMark());
        return;
      case 0x61: // APPEND
        this.#append([this.#pop()]);
        return;
      case 0x65: // APPENDS
        this.#append(this.#popToMark());
        return;
      case 0x73: // SETITEM
        this.#setItems([this.#pop(), this.#pop()].reverse());
        return;
      case 0x75: // SETITEMS
        this.#setItems(this.#popToMark());
        return;
      default:
        throw new StateFileError(`this pickle wants more than to hold data (instruction 0x${opcode.toString(16)})`);
    }
  }

  #push(value: unknown): void {
    this.#stack.push(value);
  }

  #pop(): unknown {
    if (this.#stack.length === 0) throw new StateFileError("this pickle is damaged");
    return this.#stack.pop();
  }

  #popToMark(): unknown[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw new StateFileError("this pickle is damaged");
    const items = this.#stack.splice(mark);
    return items.slice(1);
  }

  #append(items: readonly unknown[]): void {
    const list = this.#stack.at(-1);
    if (!Array.isArray(list)) throw new StateFileError("this pickle is damaged");
    list.push(...items);
  }

  #setItems(items: readonly unknown[]): void {
    const map = this.#stack.at(-1);
    if (!(map instanceof Map)) throw new StateFileError("this pickle is damaged");
    for (let i = 0; i + 1 < items.length; i += 2) map.set(items[i], items[i + 1]);
  }

  #uint8(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  #uint32(): number {
    return this.#view.getUint32(this.#skip(4), true);
  }

  #take(length: number): Uint8Array {
    const start = this.#skip(length);
    return this.#bytes.subarray(start, start + length);
  }

  #skip(length: number): number {
    const start = this.#offset;
    if (start + length > this.#bytes.length) throw new StateFileError("this pickle ends too early");
    this.#offset = start + length;
    return start;
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new StateFileError("a text in this pickle is no UTF-8", { cause });
  }
}
