// The floor: what a JavaScript program pays for UDP alone. Answers every ping with a ready pong and reads nothing of it but
// the transaction id at its fixed place. What our node costs more than this is the engine's.
//   node bench/ours/floor.ts --port P
import { createSocket } from "node:dgram";
import { parseArgs } from "node:util";

const { port } = parseArgs({ options: { port: { type: "string", default: "0" } } }).values;

/** Where a ping as the load generator writes it has its four bytes of transaction id. */
const TID_IN_PING = 39;
const TID_BYTES = 4;
const pong = Buffer.from(
  `84a172${"82"}a26964c414${"07".repeat(20)}a27361c4047f000001a174ce00000000a179a172a176a26f32`,
  "hex",
);
const tidInPong = pong.indexOf(Buffer.from("a174ce", "hex")) + 3;

const socket = createSocket({ type: "udp4", lookup: (host, _options, done) => done(null, host, 4) });
socket.on("message", (ping, from) => {
  for (let i = 0; i < TID_BYTES; i++) pong[tidInPong + i] = ping[TID_IN_PING + i] ?? 0;
  socket.send(pong, from.port, from.address);
});
socket.bind(Number(port), "127.0.0.1", () => console.log(JSON.stringify({ port: socket.address().port })));
process.stdin.resume().on("end", () => process.exit(0));
