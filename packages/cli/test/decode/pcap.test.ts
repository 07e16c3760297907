import { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readCapture } from "../../src/decode/capture.ts";
import type { Frame } from "../../src/decode/frame.ts";
import { udpDatagramOf } from "../../src/decode/udp.ts";
import { hashmere } from "../support/cli.ts";
import { IPV4_UDP, IPV6_UDP, LINKS, MICROSECONDS, pcap, pcapng, SECONDS } from "./captures.ts";

const PAYLOAD = Buffer.from("a171", "hex");
const TIME = BigInt(SECONDS) * 1_000_000n + BigInt(MICROSECONDS);

async function framesOf(capture: Buffer, chunkSize = capture.length): Promise<Frame[]> {
  const chunks: Buffer[] = [];
  for (let at = 0; at < capture.length; at += chunkSize) chunks.push(capture.subarray(at, at + chunkSize));
  return Array.fromAsync(readCapture(Readable.from(chunks)));
}

describe.each(Object.entries(LINKS))("link type %s", (_name, { type, head }) => {
  test.each([
    ["pcap", pcap],
    ["pcapng", pcapng],
  ])("in %s, of both byte orders and both IP versions", async (_format, write) => {
    const packets = [IPV4_UDP(PAYLOAD), IPV6_UDP(PAYLOAD), IPV6_UDP(PAYLOAD, true)];
    const frames = packets.map((packet) => Buffer.concat([...head(packet), packet]));
    for (const little of [true, false]) {
      const found = await framesOf(write(type, frames, little));
      expect(found.map(({ time }) => time)).toEqual([TIME, TIME, TIME]);
      const datagrams = found.map(udpDatagramOf);
      expect(datagrams.map((datagram) => datagram && Buffer.from(datagram.payload))).toEqual([
        PAYLOAD,
        PAYLOAD,
        PAYLOAD,
      ]);
      expect(datagrams.map((datagram) => `${datagram?.source} ${datagram?.destination}`)).toEqual([
        "10.0.0.1:4222 10.0.0.2:5000",
        "[2001:db8::1]:4222 [::1]:5000",
        "[2001:db8::1]:4222 [::1]:5000",
      ]);
    }
  });
});

test("nanoseconds are understood", async () => {
  expect((await framesOf(pcap(101, [IPV4_UDP(PAYLOAD)], true, 0xa1b23c4d)))[0]?.time).toBe(TIME);
});

test("a capture may come byte by byte, and may be cut off anywhere", async () => {
  for (const capture of [pcap, pcapng].map((write) => write(101, [IPV4_UDP(PAYLOAD), IPV4_UDP(PAYLOAD)]))) {
    expect(await framesOf(capture, 1)).toHaveLength(2);
    expect(await framesOf(capture.subarray(0, -1), 7)).toHaveLength(1);
  }
});

test("fragments, other protocols and packets that are too short are passed over", () => {
  const other = IPV4_UDP(PAYLOAD);
  other.writeUInt8(6, 9);
  for (const bytes of [
    IPV4_UDP(PAYLOAD, 0x2000),
    IPV4_UDP(PAYLOAD, 1),
    other,
    IPV4_UDP(PAYLOAD).subarray(0, 20),
    Buffer.alloc(0),
  ]) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    expect(udpDatagramOf({ time: 0n, linkType: 101, bytes: view })).toBeUndefined();
  }
});

test("no bytes make it fail, whatever they claim", () => {
  const linkType = fc.constantFrom(0, 1, 12, 101, 108, 113, 276, 999);
  fc.assert(
    fc.property(linkType, fc.uint8Array({ maxLength: 100 }), (linkType, bytes) => {
      const found = udpDatagramOf({ time: 0n, linkType, bytes: new DataView(bytes.buffer) });
      expect(found?.payload.length ?? 0).toBeLessThanOrEqual(bytes.length);
    }),
  );
});

test("a block that claims to be huge is refused before anything is read", async () => {
  const capture = pcap(101, [IPV4_UDP(PAYLOAD)]);
  capture.writeUInt32LE(0xffff_fff0, 24 + 8);
  await expect(framesOf(capture)).rejects.toThrow("no packet capture");
});

describe("on the command line", () => {
  test("time, source and destination come with the message, and --port selects", async () => {
    const capture = pcap(101, [IPV4_UDP(PAYLOAD)]);
    const { stdout, status } = await hashmere(["decode", "--pcap", "-", "--port", "4222"], capture);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      time: "2023-11-14T22:13:20.123456Z",
      src: "10.0.0.1:4222",
      dst: "10.0.0.2:5000",
      kind: "discovery",
      message: "q",
      reencoded: "a171",
    });
    expect((await hashmere(["decode", "--pcap", "-", "--port", "1"], capture)).stdout).toBe("");
  });

  test("what is no capture, and a file that isn't there, are told of", async () => {
    expect(await hashmere(["decode", "--pcap", "-"], "hello world")).toMatchObject({ status: 2, stdout: "" });
    expect(await hashmere(["decode", "--pcap", "/nonexistent/file"])).toMatchObject({ status: 2, stdout: "" });
  });
});
