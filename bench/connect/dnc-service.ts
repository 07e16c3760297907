// What the real dnc needs beside itself: a DHT node to meet at, and a service behind the server. Prints the service's port.
import { once } from "node:events";
import { createServer } from "node:net";
import { DhtRunner } from "@hashmere/dht";
import { serve } from "./serve.ts";

await DhtRunner.run({ bind4: process.argv[2] ?? "127.0.0.1", port: 4222, bind6: null });
const server = createServer(serve).listen(0, "127.0.0.1");
await once(server, "listening");
const address = server.address();
if (address !== null && typeof address === "object") console.log(address.port);
