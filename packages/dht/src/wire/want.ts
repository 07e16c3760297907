import { literal, type Reader, type Writer } from "../msgpack/index.ts";

/** The bit of IPv4 in the families that a find or get asks for. */
export const WANT_IPV4 = 1;
/** The bit of IPv6. */
export const WANT_IPV6 = 2;

/** On the wire, families have the numbers of Linux, whatever the platform; those of macOS and Windows are understood. */
const LINUX_AF_INET = 2;
const LINUX_AF_INET6 = 10;
const WINDOWS_AF_INET6 = 23;
const MACOS_AF_INET6 = 30;

const WANT = literal("w");

/** Other numbers, and what isn't a number, are passed over; what isn't an array makes the reader fail. */
export function readWant(reader: Reader): number {
  let want = 0;
  for (let length = reader.readArrayLength(); length > 0 && !reader.failed; length--) {
    if (!reader.isNextInteger()) {
      reader.skip();
      continue;
    }
    const family = reader.readInteger();
    if (family === LINUX_AF_INET) want |= WANT_IPV4;
    else if (family === LINUX_AF_INET6 || family === WINDOWS_AF_INET6 || family === MACOS_AF_INET6) want |= WANT_IPV6;
  }
  return want;
}

export function writeWant(writer: Writer, want: number): void {
  const wantsIpv4 = (want & WANT_IPV4) !== 0;
  const wantsIpv6 = (want & WANT_IPV6) !== 0;
  writer.raw(WANT);
  writer.arrayHeader((wantsIpv4 ? 1 : 0) + (wantsIpv6 ? 1 : 0));
  if (wantsIpv4) writer.uint(LINUX_AF_INET);
  if (wantsIpv6) writer.uint(LINUX_AF_INET6);
}
