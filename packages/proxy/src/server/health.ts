import type { Scheduler } from "@hashmere/dht/engine";
import type { ProxyNode } from "./proxy-node.ts";

/**
 * Puts that are looked at to tell how the network takes them, and how old they may be: a proxy that a load balancer has taken
 * out for its failures gets no puts that could clear it, and is tried again then.
 */
const REMEMBERED_PUTS = 20;
const PUTS_MAX_AGE_MS = 120_000;
/** So many failures in a row, and nothing else, say that something is wrong. */
const FAILURES_OF_CONCERN = 5;

/**
 * - `connected`: nodes answer, and values that are put are taken
 * - `connecting`: nobody has answered yet
 * - `alone`: nobody answers, so nothing that clients ask for can be done
 * - `degraded`: nodes answer, but take no values
 */
export type HealthStatus = "connected" | "connecting" | "alone" | "degraded";

export interface Health {
  readonly status: HealthStatus;
  /** One sentence. */
  readonly reason: string;
}

type WatchedNode = Pick<ProxyNode, "isRunning" | "status" | "getNodeInfo" | "addEventListener" | "removeEventListener">;

/** Whether the proxy can do what it is there for. */
export class HealthWatch {
  readonly #node: WatchedNode;
  readonly #scheduler: Scheduler;
  readonly #puts: { readonly at: number; readonly ok: boolean }[] = [];
  /** Where nobody was, nobody refused anything: what failed until a network is there says nothing about that. */
  readonly #onStatus = () => {
    if (this.#node.status !== "connected") this.#puts.length = 0;
  };

  constructor(node: WatchedNode, scheduler: Scheduler) {
    this.#node = node;
    this.#scheduler = scheduler;
    node.addEventListener("statuschange", this.#onStatus);
  }

  close(): void {
    this.#node.removeEventListener("statuschange", this.#onStatus);
  }

  onPut(ok: boolean): void {
    if (this.#node.status !== "connected") return;
    this.#puts.push({ at: this.#scheduler.now(), ok });
    if (this.#puts.length > REMEMBERED_PUTS) this.#puts.shift();
  }

  check(): Health {
    if (!this.#node.isRunning()) return { status: "alone", reason: "The DHT node is stopped." };
    switch (this.#node.status) {
      case "disconnected":
        return { status: "alone", reason: "No DHT node answers: is there a bootstrap node, and is UDP allowed?" };
      case "connecting":
        return { status: "connecting", reason: "DHT nodes were asked and none has answered yet." };
      case "connected":
        return this.#connectedHealth();
    }
  }

  #connectedHealth(): Health {
    const since = this.#scheduler.now() - PUTS_MAX_AGE_MS;
    const recent = this.#puts.filter(({ at }) => at > since);
    if (recent.length >= FAILURES_OF_CONCERN && recent.every(({ ok }) => !ok))
      return { status: "degraded", reason: `DHT nodes answer, but took none of the last ${recent.length} values.` };
    const { ipv4, ipv6 } = this.#node.getNodeInfo();
    const nodes = ipv4.goodNodes + ipv6.goodNodes;
    return { status: "connected", reason: nodes === 1 ? "1 DHT node answers." : `${nodes} DHT nodes answer.` };
  }
}
