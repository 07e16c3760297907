export { SeededRandom } from "../random/seeded-random.ts";
export { VirtualScheduler } from "../scheduler/virtual-scheduler.ts";
export { type NetworkConditions, SimulatedNetwork } from "./simulated-network.ts";
export { createTestnet, type TestNode, type TestNodeOptions, Testnet, type TestnetOptions } from "./testnet.ts";
