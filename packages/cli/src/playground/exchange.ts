import type { DhtRunner } from "@hashmere/dht";
import { stopwatch } from "../output/duration.ts";

const KEY = "greeting";
const TEXT = "hello";

/** Puts a value on one node and gets it from another, telling how that went. */
export async function exchange(writer: DhtRunner, reader: DhtRunner, print: (text: string) => void): Promise<void> {
  const putting = stopwatch();
  const put = await writer.put(KEY, TEXT);
  const stored = `stored on ${put.acknowledged} of ${put.asked} other nodes`;
  print(row("put", `${KEY} = "${TEXT}"`, `by node ${brief(writer)}`, stored, putting()));

  const getting = stopwatch();
  const value = await reader.getFirst(KEY);
  const found = value ? `"${value.text()}"  (first answer)` : "nothing found";
  print(row("get", KEY, `by node ${brief(reader)}`, found, getting()));
}

function row(what: string, key: string, node: string, outcome: string, took: string): string {
  return `  ${what}   ${key.padEnd(22)} ${node}    ${outcome.padEnd(30)} ${took}`;
}

function brief(node: DhtRunner): string {
  return `${node.nodeId.toString().slice(0, 4)}…`;
}
