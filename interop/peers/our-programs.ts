import { fileURLToPath } from "node:url";

/** Our drop-in for the real dhtnode. */
export const OUR_DHTNODE = fileURLToPath(new URL("../../packages/cli/bin/dhtnode.js", import.meta.url));
