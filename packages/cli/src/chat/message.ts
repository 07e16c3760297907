import { ImMessage, type Value } from "@hashmere/dht";
import { printable } from "../output/printable.ts";

/** What is said in a room, as a value of the DHT. */
export function encodeMessage(text: string, id: bigint, now: Date): Value {
  const date = Math.floor(now.getTime() / 1000);
  return ImMessage.encode({ id, msg: text, date, status: 0, datatype: "", metadatas: {} });
}

/** The line that tells of a message; undefined for a value that holds none. */
export function describeMessage(value: Value, now: Date): string | undefined {
  const message = tryDecode(value);
  if (!message || !value.ownerId) return undefined;
  const took = (now.getTime() / 1000 - message.date).toFixed(6);
  const secret = value.recipient.isZero() ? "" : "ENCRYPTED ";
  return `${value.ownerId} at ${formatTime(message.date)} (took ${took}s) ${secret}: ${message.id} - ${printable(message.msg)}`;
}

function tryDecode(value: Value): ImMessage | undefined {
  try {
    return ImMessage.decode(value);
  } catch {
    return undefined; // of somebody who says what he is not
  }
}

/** Local time, `2026-11-21 05:59:57`. */
function formatTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  const minutesWest = date.getTimezoneOffset();
  if (Number.isNaN(minutesWest)) return `${seconds}`;
  return new Date(date.getTime() - minutesWest * 60_000).toISOString().slice(0, 19).replace("T", " ");
}
