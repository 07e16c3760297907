import type { Family, SockAddr } from "../address/index.ts";
import type { InfoHash } from "../id/index.ts";
import type { Scheduler } from "../scheduler/index.ts";
import {
  decodeMessage,
  type ErrorReply,
  type Malformed,
  type Message,
  type NodeEntry,
  type Reply,
} from "../wire/index.ts";
import type { DatagramObserver } from "./datagram-observer.ts";

/** After that time without an answer, a node is told to be silent: no request waits longer. */
const SILENCE_MS = 9_750; // node behaviour §3.3
/** Most questions remembered; the oldest are forgotten. */
const MAX_OPEN_QUESTIONS = 4096;

/** One step of an operation on a key: somebody is asked, and answers or not. */
export interface LookupHop {
  readonly event: "asked" | "answered" | "refused" | "silent";
  readonly question: "find" | "get" | "put" | "refresh" | "listen";
  readonly key: InfoHash;
  readonly family: Family;
  readonly address: SockAddr;
  /** Who answered. */
  readonly id?: InfoHash | undefined;
  /** From the first question to the answer. */
  readonly roundTripMs?: number | undefined;
  /** Nodes named in the answer. */
  readonly nodes?: readonly NodeEntry[] | undefined;
  /** How many values, or answers to a query for fields, came with it. */
  readonly values?: number | undefined;
}

interface OpenQuestion {
  readonly question: LookupHop["question"];
  readonly key: InfoHash;
  readonly address: SockAddr;
  readonly askedAt: number;
}

/** Tells lookups, puts and listens of a node hop by hop, from nothing but its datagrams. */
export class LookupObserver implements DatagramObserver {
  readonly #scheduler: Scheduler;
  readonly #onHop: (hop: LookupHop) => void;
  /** By address and tid, the oldest first. */
  readonly #open = new Map<string, OpenQuestion>();

  constructor(scheduler: Scheduler, onHop: (hop: LookupHop) => void) {
    this.#scheduler = scheduler;
    this.#onHop = onHop;
  }

  onSent(datagram: Uint8Array, to: SockAddr): void {
    this.#giveUpSilent();
    const asked = questionOf(decodeMessage(datagram));
    if (asked === undefined) return;
    const identity = `${to}#${asked.tid}`;
    if (this.#open.has(identity)) return;
    const open = { question: asked.question, key: asked.key, address: to, askedAt: this.#scheduler.now() };
    this.#open.set(identity, open);
    this.#tell("asked", open);
    const [oldest] = this.#open.keys();
    if (this.#open.size > MAX_OPEN_QUESTIONS && oldest !== undefined) this.#open.delete(oldest);
  }

  onReceived(datagram: Uint8Array, from: SockAddr): void {
    this.#giveUpSilent();
    const message = decodeMessage(datagram);
    if (message.kind !== "reply" && message.kind !== "error") return;
    const identity = `${from}#${message.tid}`;
    const open = this.#open.get(identity);
    if (open === undefined) return;
    this.#open.delete(identity);
    this.#tell(message.kind === "reply" ? "answered" : "refused", open, message);
  }

  #giveUpSilent(): void {
    const since = this.#scheduler.now() - SILENCE_MS;
    for (const [identity, open] of this.#open) {
      if (open.askedAt > since) return;
      this.#open.delete(identity);
      this.#tell("silent", open);
    }
  }

  #tell(
    event: LookupHop["event"],
    { question, key, address, askedAt }: OpenQuestion,
    answer?: Reply | ErrorReply,
  ): void {
    this.#onHop({
      event,
      question,
      key,
      address,
      family: address.family,
      ...(answer && { id: answer.id, roundTripMs: this.#scheduler.now() - askedAt }),
      ...(answer?.kind === "reply" && contentsOf(answer)),
    });
  }
}

function contentsOf({ nodes4 = [], nodes6 = [], values, announced, fields = [] }: Reply): Partial<LookupHop> {
  return { nodes: [...nodes4, ...nodes6], values: values.length + announced.length + fields.length };
}

function questionOf(
  message: Message | Malformed,
): { question: LookupHop["question"]; key: InfoHash; tid: number } | undefined {
  switch (message.kind) {
    case "find":
      return { question: "find", key: message.target, tid: message.tid };
    case "get":
    case "put":
    case "refresh":
    case "listen":
      return { question: message.kind, key: message.key, tid: message.tid };
    default:
      return undefined;
  }
}
