// Source: OpenDHT REST proxy, node information.
import { nodeInfoToJson } from "@hashmere/dht";
import { type RandomSource, randomId64, type Scheduler } from "@hashmere/dht/engine";
import { jsonLine, type Writable } from "../json/index.ts";
import { noNode } from "./http-error.ts";
import type { ProxyNode } from "./proxy-node.ts";

/** How old what is told about the node may be; counting its peers takes a walk through the routing table. */
const FACTS_MAX_AGE_MS = 1_000;

const HERE = "@";

/** What the node tells about itself, put into JSON at most once a second. */
export class NodeFacts {
  readonly #node: ProxyNode;
  readonly #scheduler: Scheduler;
  /**
   * Another after each start: who has put or subscribed here sees that what was not saved is lost, also where the node keeps
   * its id. Clients that don't know of it pass it over.
   */
  readonly #instance: string;
  #facts: Readonly<Record<string, Writable>> = {};
  /** The line of the node's information, cut where the asker's address belongs. */
  #line: readonly [string, string] = ["", ""];
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(node: ProxyNode, scheduler: Scheduler, random: RandomSource) {
    this.#node = node;
    this.#scheduler = scheduler;
    this.#instance = randomId64(random).toString(16).padStart(16, "0");
  }

  /** @throws HttpError 503 while the node doesn't run */
  get facts(): Readonly<Record<string, Writable>> {
    this.#refresh();
    return this.#facts;
  }

  /** @param publicIp of who asks @throws HttpError 503 while the node doesn't run */
  line(publicIp: string): string {
    this.#refresh();
    return `${this.#line[0]}${publicIp}${this.#line[1]}`;
  }

  #refresh(): void {
    if (!this.#node.isRunning()) throw noNode();
    const now = this.#scheduler.now();
    if (now < this.#readAt + FACTS_MAX_AGE_MS) return;
    this.#readAt = now;
    // The node's JSON has nothing but numbers, texts and objects of these.
    this.#facts = nodeInfoToJson(this.#node.getNodeInfo(), this.#node.id) as Record<string, Writable>;
    const [before = "", after = ""] = jsonLine({ ...this.#facts, instance: this.#instance, public_ip: HERE }).split(
      HERE,
    );
    this.#line = [before, after];
  }
}
