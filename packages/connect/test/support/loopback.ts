import type { Identity } from "@hashmere/crypto";
import { DhtRunner } from "@hashmere/dht";
import { onTestFinished } from "vitest";
import { ConnectionManager, type ConnectionManagerOptions } from "../../src/index.ts";
import { capturedIdentity } from "./captured.ts";

/** A DHT node on loopback, and managers with nodes of their own that join through it; all end with the test. */
export async function startLoopback() {
  const limits = { maxReqPerSec: -1, maxPeerReqPerSec: -1, bind6: null } as const;
  const node = async (config: Parameters<typeof DhtRunner.run>[0]) => {
    const runner = await DhtRunner.run({ bind4: "127.0.0.1", ...limits, ...config });
    onTestFinished(() => runner.join());
    return runner;
  };
  const boot = await node({});
  const open = async (who: "alice" | "bob" | Identity, options: Partial<ConnectionManagerOptions> = {}) => {
    const identity = typeof who === "string" ? capturedIdentity(who) : who;
    const dht = await node({ identity, bootstrap: [`${boot.getBound(4)}`] });
    const manager = await ConnectionManager.open({ identity, dht, includeLoopback: true, ...options });
    onTestFinished(() => manager.close());
    return manager;
  };
  return { boot, open };
}
