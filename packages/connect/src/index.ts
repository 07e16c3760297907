export * from "./address/index.ts";
export * from "./errors/index.ts";
export * from "./signalling/index.ts";
export * from "./trust/index.ts";
