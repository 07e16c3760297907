import { ByteSource, notACapture } from "./byte-source.ts";
import type { Frame } from "./frame.ts";
import { isPcapMagic, readPcap } from "./pcap.ts";
import { PCAPNG_MAGIC, readPcapng } from "./pcapng.ts";

/** The packets of a pcap or pcapng stream, as they come. @throws CommandError when it is neither */
export async function* readCapture(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Frame, void> {
  const source = new ByteSource(stream);
  const magic = await source.take(4);
  if (!magic) throw notACapture("it is empty");
  if (magic.getUint32(0) === PCAPNG_MAGIC) yield* readPcapng(source);
  else if (isPcapMagic(magic)) yield* readPcap(magic, source);
  else throw notACapture(`it begins with ${magic.getUint32(0).toString(16).padStart(8, "0")}`);
}
