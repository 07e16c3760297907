export * from "./address/index.ts";
export * from "./errors/index.ts";
