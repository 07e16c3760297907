// The side that is connected to. Prints one port per carrier; the first line on a stream says what is wanted of it.
import { generateIdentity } from "@hashmere/crypto";
import { listenCarrier } from "./carriers.ts";
import { serve } from "./serve.ts";

const host = process.argv[2] ?? "127.0.0.1";
const identity = await generateIdentity("bench", { bits: 2048 });
const kinds = ["link", "frames", "udp", "tls"] as const;
const listening = kinds.map(async (kind) => [kind, await listenCarrier(kind, host, identity, serve)] as const);
const ports = Object.fromEntries(await Promise.all(listening));
console.log(JSON.stringify(ports));
process.stdin.on("end", () => process.exit()).resume();
