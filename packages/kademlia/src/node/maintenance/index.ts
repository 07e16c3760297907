export { Handover, isHandedOver } from "./handover.ts";
export { KeepAlive } from "./keep-alive.ts";
export { type Publication, Publisher } from "./publisher.ts";
export { Refresh } from "./refresh.ts";
export { Replication } from "./replication.ts";
