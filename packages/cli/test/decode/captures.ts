/** Captures made by hand, as tcpdump and Wireshark would write them. */

export const IPV4_UDP = (payload: Uint8Array, fragment = 0) => {
  const packet = Buffer.alloc(28 + payload.length);
  packet.writeUInt8(0x45, 0);
  packet.writeUInt16BE(packet.length, 2);
  packet.writeUInt16BE(fragment, 6);
  packet.writeUInt8(17, 9);
  packet.set([10, 0, 0, 1, 10, 0, 0, 2], 12);
  writeUdp(packet, 20, payload);
  return packet;
};

/** @param extension a destination options header before UDP */
export const IPV6_UDP = (payload: Uint8Array, extension = false) => {
  const start = extension ? 48 : 40;
  const packet = Buffer.alloc(start + 8 + payload.length);
  packet.writeUInt8(0x60, 0);
  packet.writeUInt16BE(packet.length - 40, 4);
  packet.writeUInt8(extension ? 60 : 17, 6);
  packet.set([0x20, 0x01, 0x0d, 0xb8], 8);
  packet.writeUInt8(1, 23);
  packet.writeUInt8(1, 39);
  if (extension) packet.writeUInt8(17, 40);
  writeUdp(packet, start, payload);
  return packet;
};

function writeUdp(packet: Buffer, at: number, payload: Uint8Array): void {
  packet.writeUInt16BE(4222, at);
  packet.writeUInt16BE(5000, at + 2);
  packet.writeUInt16BE(8 + payload.length, at + 4);
  packet.set(payload, at + 8);
}

/** What the link puts before an IP packet, and the link type's number. */
export const LINKS = {
  ethernet: { type: 1, head: (ip: Buffer) => [Buffer.alloc(12), etherType(ip)] },
  vlan: { type: 1, head: (ip: Buffer) => [Buffer.alloc(12), Buffer.from([0x81, 0, 0, 5]), etherType(ip)] },
  cooked: { type: 113, head: (ip: Buffer) => [Buffer.alloc(14), etherType(ip)] },
  cooked2: { type: 276, head: (ip: Buffer) => [etherType(ip), Buffer.alloc(18)] },
  raw: { type: 101, head: () => [] },
  null: { type: 0, head: () => [Buffer.from([2, 0, 0, 0])] },
} as const;

function etherType(ip: Buffer): Buffer {
  return (ip[0] ?? 0) >> 4 === 4 ? Buffer.from([0x08, 0x00]) : Buffer.from([0x86, 0xdd]);
}

export const SECONDS = 1_700_000_000;
export const MICROSECONDS = 123_456;

/** @param magic with microseconds 0xa1b2c3d4, with nanoseconds 0xa1b23c4d */
export function pcap(linkType: number, frames: readonly Buffer[], little = true, magic = 0xa1b2c3d4): Buffer {
  const fraction = magic === 0xa1b2c3d4 ? MICROSECONDS : MICROSECONDS * 1000;
  const word = words(little);
  const records = frames.map((frame) => [word(SECONDS, fraction, frame.length, frame.length), frame]);
  return Buffer.concat([word(magic, 0x0004_0002, 0, 0, 65_535, linkType), ...records.flat()]);
}

export function pcapng(linkType: number, frames: readonly Buffer[], little = true): Buffer {
  const word = words(little);
  const block = (type: number, body: Buffer) => {
    const padded = Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)]);
    return Buffer.concat([word(type, padded.length + 12), padded, word(padded.length + 12)]);
  };
  const link = Buffer.alloc(8);
  if (little) link.writeUInt16LE(linkType);
  else link.writeUInt16BE(linkType);
  const ticks = BigInt(SECONDS) * 1_000_000n + BigInt(MICROSECONDS);
  const packets = frames.map((frame) => {
    const head = word(0, Number(ticks >> 32n), Number(ticks & 0xffff_ffffn), frame.length, frame.length);
    return block(6, Buffer.concat([head, frame]));
  });
  const section = block(0x0a0d0d0a, word(0x1a2b3c4d, 0x0000_0001, 0xffff_ffff, 0xffff_ffff));
  return Buffer.concat([section, block(1, link), block(5, word(0, 0)), ...packets]);
}

function words(little: boolean): (...numbers: readonly number[]) => Buffer {
  return (...numbers) => {
    const bytes = Buffer.alloc(numbers.length * 4);
    numbers.forEach((number, index) => {
      if (little) bytes.writeUInt32LE(number, index * 4);
      else bytes.writeUInt32BE(number, index * 4);
    });
    return bytes;
  };
}
