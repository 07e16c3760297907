import { UnpackError } from "../../errors/index.ts";
import { Reader, Writer } from "../../msgpack/index.ts";
import { Value } from "../value.ts";
import { MAX_VALUE_BYTES, type TypedValue, type ValueType } from "../value-type.ts";

/** Type 1: data for a service of some name. */
export interface DhtMessage {
  readonly service: string;
  readonly data: Uint8Array;
}

/** A message whose service has no name isn't stored. */
export const DHT_MESSAGE: ValueType = {
  id: 1,
  name: "DHT message",
  expirationMs: 300_000,
  storePolicy: ({ value }) => value.size <= MAX_VALUE_BYTES && parse(value.data)?.service !== "",
};

/** `[service, data]` */
export const DhtMessage: TypedValue<DhtMessage> = {
  type: DHT_MESSAGE,
  encode({ service, data }) {
    const writer = new Writer(data.length + 64);
    writer.arrayHeader(2);
    writer.text(service);
    writer.bin(data);
    return new Value({ type: DHT_MESSAGE.id, data: writer.finish() });
  },
  decode(value) {
    const message = parse(value.data);
    if (!message) throw new UnpackError("not a DHT message: its data must be [service, data]");
    return message;
  },
};

function parse(data: Uint8Array): DhtMessage | undefined {
  const reader = new Reader(data);
  if (reader.readArrayLength() < 2) return undefined;
  const message = { service: reader.readText(), data: reader.readBlob() };
  return reader.failed ? undefined : message;
}
