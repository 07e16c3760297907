/** One peer: a Kademlia server with its web server, that joins through the first peer. */

import { parseArgs } from "node:util";
import { Server, startWebServer } from "@hashmere/kademlia";

const { values } = parseArgs({
  options: {
    host: { type: "string", default: "127.0.0.1" },
    port: { type: "string", default: "8468" },
    web: { type: "string", default: "8080" },
    bootstrap: { type: "string", multiple: true, default: [] },
  },
});

await using server = new Server();
await server.listen(Number(values.port), values.host);
await using _web = await startWebServer(server, { port: Number(values.web), host: values.host });
process.send?.("listening");

// The first peer is told to join through itself: it stays alone until the others come.
void server.bootstrap(values.bootstrap);
await new Promise((resolve) => process.once("SIGTERM", resolve).once("disconnect", resolve));
if (process.connected) process.disconnect();
