// A small network for others to join: so many nodes without limits; prints the port of the first as JSON; ends with its
// standard input.
//   node bench/ours/peers.ts --n 16
import { parseArgs } from "node:util";
import { DhtRunner } from "@hashmere/dht";
import { WITHOUT_LIMITS } from "./without-limits.ts";

const { n } = parseArgs({ options: { n: { type: "string", default: "16" } } }).values;
const LOOPBACK = { ...WITHOUT_LIMITS, bind4: "127.0.0.1:0", bind6: null };
const first = await DhtRunner.run(LOOPBACK);
const bootstrap = `${first.getBound(4)}`;
for (let count = 1; count < Number(n); count++) await (await DhtRunner.run({ ...LOOPBACK, bootstrap })).connected();
console.log(JSON.stringify({ port: first.getBound(4)?.port }));
process.stdin.resume().on("end", () => process.exit(0));
