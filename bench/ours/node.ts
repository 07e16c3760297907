// Our node as a contender: one node without limits; prints its port as JSON; ends with its standard input.
//   node bench/ours/node.ts --port P
import { parseArgs } from "node:util";
import { DhtRunner } from "@hashmere/dht";
import { WITHOUT_LIMITS } from "./without-limits.ts";

const { port } = parseArgs({ options: { port: { type: "string", default: "0" } } }).values;
const node = await DhtRunner.run({ ...WITHOUT_LIMITS, port: Number(port) });
console.log(JSON.stringify({ port: node.getBound(4)?.port }));
process.stdin.resume().on("end", () => process.exit(0));
