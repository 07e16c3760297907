import { lookup } from "node:dns/promises";
import { mkdir } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { replaceFile } from "@hashmere/crypto";
import { readBoundedFile } from "../files/index.ts";
import { ReadyControls } from "./ready-controls.ts";
import { TurnAllocation } from "./turn-allocation.ts";
import { DEFAULT_TURN_PORT, type TurnAddress, type TurnServer } from "./turn-server.ts";

/** The cache looks for working addresses again after so long when it has found none, doubling up to the limit. */
const RETRY_MS = 10_000;
const MAX_RETRY_MS = 30 * 60_000;

/** The longest file with an address in it: an IPv6 address has at most 45 characters. */
const MAX_ADDRESS_BYTES = 64;

const FAMILIES = [4, 6] as const;

/**
 * Addresses of a TURN server that have proved to work, by a real allocation, kept in files beside DHTNet's
 * (`domains/v4.<host>`, `domains/v6.<host>`), so that the next start need not wait for a name server.
 */
export class TurnCache {
  readonly #folder: string | undefined;
  #server: TurnServer | undefined;
  #found = new Map<4 | 6, TurnAddress>();
  #refresh = new AbortController();
  /** Connections to what works. */
  readonly ready = new ReadyControls();

  /** @param cachePath without it, nothing is kept in files */
  constructor(cachePath?: string) {
    this.#folder = cachePath === undefined ? undefined : join(cachePath, "domains");
  }

  /** Which server to look after; undefined: none, and nothing is offered. Two calls in a row are harmless. */
  configure(server: TurnServer | undefined): void {
    this.close();
    this.#refresh = new AbortController();
    this.#server = server;
    this.#found = new Map();
    if (server) this.#keepTrying(server, this.#refresh.signal).catch(() => undefined); // ends by being aborted
  }

  /** What works now, IPv4 first. */
  addresses(): readonly TurnAddress[] {
    return FAMILIES.flatMap((family) => this.#found.get(family) ?? []);
  }

  /** Addresses to try: those that worked, else what name service and files say. */
  readonly resolve = async (server: TurnServer, signal: AbortSignal): Promise<readonly TurnAddress[]> => {
    const working = server === this.#server ? this.addresses() : [];
    if (working.length > 0) return working;
    const found = await Promise.all(FAMILIES.map((family) => this.#look(server, family)));
    signal.throwIfAborted();
    return found.flatMap((address) => address ?? []);
  };

  close(): void {
    this.#refresh.abort();
    this.ready.clear();
  }

  async #keepTrying(server: TurnServer, signal: AbortSignal): Promise<void> {
    for (let waitMs = RETRY_MS; ; waitMs = Math.min(2 * waitMs, MAX_RETRY_MS)) {
      await Promise.all(FAMILIES.map((family) => this.#test(server, family, signal)));
      if (this.#found.size > 0) return;
      await sleep(waitMs, undefined, { signal, ref: false });
    }
  }

  async #test(server: TurnServer, family: 4 | 6, signal: AbortSignal): Promise<void> {
    const address = await this.#look(server, family);
    if (!address) return;
    try {
      const allocation = await TurnAllocation.open(address, server, family, signal);
      allocation.close();
    } catch {
      return; // tried again with the others
    }
    if (signal.aborted) return;
    this.#found.set(family, address);
    this.ready.prepare(address, server);
    await this.#remember(server, address);
  }

  async #look(server: TurnServer, family: 4 | 6): Promise<TurnAddress | undefined> {
    const port = server.port ?? DEFAULT_TURN_PORT;
    const literal = isIP(server.host);
    if (literal !== 0) return literal === family ? { address: server.host, port, family } : undefined;
    try {
      const { address } = await lookup(server.host, { family });
      return { address, port, family };
    } catch {
      const remembered = await this.#recall(server, family);
      return remembered === undefined ? undefined : { address: remembered, port, family };
    }
  }

  async #recall(server: TurnServer, family: 4 | 6): Promise<string | undefined> {
    if (this.#folder === undefined) return undefined;
    const content = await readBoundedFile(join(this.#folder, fileName(server, family)), MAX_ADDRESS_BYTES);
    const address = content && new TextDecoder().decode(content).trim();
    return address !== undefined && isIP(address) === family ? address : undefined;
  }

  async #remember(server: TurnServer, { address, family }: TurnAddress): Promise<void> {
    if (this.#folder === undefined || isIP(server.host) !== 0) return;
    await mkdir(this.#folder, { recursive: true });
    await replaceFile(join(this.#folder, fileName(server, family)), address);
  }
}

/** A host name has no slash; what is configured may. */
function fileName({ host }: TurnServer, family: 4 | 6): string {
  return `v${family}.${host.replaceAll(/[\\/]/g, "_")}`;
}
