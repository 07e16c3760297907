import type { Duplex } from "node:stream";
import { liveBytes } from "./live-bytes.ts";
import { writeMany } from "./write-many.ts";

/** Does what the first line on a stream says. */
export function serve(stream: Duplex): void {
  stream.on("error", () => {});
  stream.once("data", (first: Buffer) => {
    const lineEnd = first.indexOf("\n");
    const [command, count] = first.subarray(0, lineEnd).toString().split(" ");
    const rest = first.length - lineEnd - 1;
    if (command === "sink") sink(stream, Number(count) - rest);
    else if (command === "source") void writeMany(stream, Number(count));
    else if (command === "ignore") stream.pause();
    else if (command === "memory") tellMemory(stream);
    else stream.on("data", (chunk: Buffer) => stream.write(chunk));
  });
}

/** Now and whenever it is asked again. */
function tellMemory(stream: Duplex): void {
  const tell = () => stream.write(`${liveBytes()}\n`);
  stream.on("data", tell);
  tell();
}

function sink(stream: Duplex, bytes: number): void {
  let left = bytes;
  stream.on("data", (chunk: Buffer) => {
    left -= chunk.length;
    if (left === 0) stream.write("k");
  });
}
