export { Handover, isHandedOver } from "./handover.ts";
export { KEEP_ALIVE_MS, KeepAlive } from "./keep-alive.ts";
export { type Publication, Publisher } from "./publisher.ts";
export { Refresh } from "./refresh.ts";
export { Replication } from "./replication.ts";
