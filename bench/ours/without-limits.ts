import type { DhtRunnerConfig } from "@hashmere/dht";

/** As `cnode` runs the C++ node: what is measured is the work, not the limits. */
export const WITHOUT_LIMITS: DhtRunnerConfig = { maxReqPerSec: -1, maxPeerReqPerSec: -1, maxStoreSize: -1 };
