export { Hash } from "./hash.ts";
export { InfoHash } from "./info-hash.ts";
export { InfoHashMap } from "./info-hash-map.ts";
export { PkId } from "./pk-id.ts";
