export type { EventListener, NodeEvent } from "./events.ts";
export type { AcceptStore, StoreOffer } from "./handlers/index.ts";
export { KademliaNode, type NodeStats } from "./kademlia-node.ts";
export type { Publication } from "./maintenance/index.ts";
export type { NodeParameters } from "./parameters.ts";
export type { BootstrapOptions, GetOptions, GetResult, SetOptions, SetResult } from "./results.ts";
