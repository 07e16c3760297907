// What lies before an IP packet in a capture, by link type (the tcpdump project's list, www.tcpdump.org/linktypes.html).

const LINK_NULL = 0;
const LINK_ETHERNET = 1;
/** "Raw IP" has had several numbers. */
const LINKS_RAW: readonly number[] = [12, 14, 101, 228, 229];
const LINK_LOOP = 108;
const LINK_COOKED = 113;
const LINK_COOKED_2 = 276;

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
const ETHERTYPES_VLAN: readonly number[] = [0x8100, 0x88a8];

/** Where the IP packet begins; undefined when there is none, or the link type is not known. */
export function ipOffset(linkType: number, frame: DataView): number | undefined {
  switch (linkType) {
    case LINK_ETHERNET:
      return behindEtherType(frame, 12);
    case LINK_COOKED:
      return behindEtherType(frame, 14);
    case LINK_COOKED_2:
      return isIp(frame, 0) ? 20 : undefined;
    case LINK_NULL:
    case LINK_LOOP:
      return 4; // an address family in the byte order of a machine that we don't know: the IP version tells as much
    default:
      return LINKS_RAW.includes(linkType) ? 0 : undefined;
  }
}

function behindEtherType(frame: DataView, start: number): number | undefined {
  let at = start;
  while (at + 2 <= frame.byteLength && ETHERTYPES_VLAN.includes(frame.getUint16(at))) at += 4;
  return isIp(frame, at) ? at + 2 : undefined;
}

function isIp(frame: DataView, at: number): boolean {
  if (at + 2 > frame.byteLength) return false;
  const type = frame.getUint16(at);
  return type === ETHERTYPE_IPV4 || type === ETHERTYPE_IPV6;
}
