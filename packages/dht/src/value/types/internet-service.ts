import type { SockAddr } from "../../address/index.ts";
import { UnpackError } from "../../errors/index.ts";
import { Reader, Writer } from "../../msgpack/index.ts";
import { parseSockAddrBlob, sockAddrBlob } from "../sock-addr-blob.ts";
import { Value } from "../value.ts";
import type { TypedValue, ValueType } from "../value-type.ts";

/** Type 2: where a service can be reached on the Internet. */
export interface IpServiceAnnouncement {
  readonly address: SockAddr;
}

/** Nobody can announce another's address: the one the announcement came from is stored, with the announced port. */
export const INTERNET_SERVICE: ValueType = {
  id: 2,
  name: "Internet Service Announcement",
  expirationMs: 900_000,
  storePolicy({ value, address }) {
    const announced = parse(value.data);
    if (!announced || announced.port === 0) return false;
    return address ? value.withData(pack(address.withPort(announced.port))) : true;
  },
};

/** The address as packed bin of a C `sockaddr`. */
export const IpServiceAnnouncement: TypedValue<IpServiceAnnouncement> = {
  type: INTERNET_SERVICE,
  encode: ({ address }) => new Value({ type: INTERNET_SERVICE.id, data: pack(address) }),
  decode(value) {
    const address = parse(value.data);
    if (!address) throw new UnpackError("not a service announcement: its data must be a packed socket address");
    return { address };
  },
};

function pack(address: SockAddr): Uint8Array {
  const writer = new Writer(64);
  writer.bin(sockAddrBlob(address));
  return writer.finish();
}

function parse(data: Uint8Array): SockAddr | undefined {
  const reader = new Reader(data);
  return parseSockAddrBlob(reader.readBlob());
}
