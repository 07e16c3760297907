import { DhtError } from "@hashmere/dht/engine";
import { MAX_LINE_LENGTH } from "./limits.ts";

/**
 * The lines of a body, in the batches in which they arrive: split anywhere, in the middle of a letter too. Blank lines,
 * which are heartbeats, make an empty batch. The last line needs no line feed.
 * @throws DhtError `ERR_PROXY_LINE_LENGTH`; whatever reading throws
 */
export async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string[], void> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let rest = "";
  const reader = body.getReader();
  try {
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
      const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > MAX_LINE_LENGTH || lines.some((line) => line.length > MAX_LINE_LENGTH)) throw lineTooLong();
      yield lines.filter(isNotBlank);
    }
    const last = rest + decoder.decode();
    if (isNotBlank(last)) yield [last];
  } finally {
    await reader.cancel().catch(() => {}); // it may have failed already
  }
}

function isNotBlank(line: string): boolean {
  return line.trim() !== "";
}

function lineTooLong(): DhtError {
  return new DhtError("ERR_PROXY_LINE_LENGTH", "the proxy sends a line without end: is it an OpenDHT proxy at all?");
}
