import { Server } from "@hashmere/kademlia";

const server = new Server();
process.send?.(await server.listen(0, "127.0.0.1"));
process.once("disconnect", () => process.exit());
