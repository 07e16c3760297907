export { createTestnet, type TestNode, type TestNodeOptions, Testnet, type TestnetOptions } from "./testnet.ts";
