// All layers above a path, over a real socket, where buffers are freed as soon as they have passed.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { RealScheduler } from "@hashmere/dht";
import { expect, test } from "vitest";
import { SeededRandom } from "../../../dht/src/random/index.ts";
import { type ChannelEvent, Link } from "../../src/mux/index.ts";
import { FramedConnection } from "../../src/session/framed-connection.ts";
import { secureStream } from "../../src/tls/index.ts";
import { capturedIdentity } from "../support/captured.ts";

const BYTES = 24 * 1024 * 1024;
const CHANNELS = 4;

const CARRIERS = {
  "in frames": (stream: Socket): Duplex => {
    const end = { address: "127.0.0.1", port: 0, family: 4 } as const;
    return new FramedConnection(
      { local: end, remote: end, stream },
      { message: () => {}, closed: () => {} },
    ).takeStream();
  },
  "on the socket itself": (stream: Socket): Duplex => stream,
};

test.each(Object.keys(CARRIERS) as (keyof typeof CARRIERS)[])(
  "megabytes %s, on several channels, in both directions and to slow readers, arrive as they were sent",
  async (how) => {
    const { client, server } = await links(CARRIERS[how]);
    server.addEventListener("channel", ({ channel }: ChannelEvent) => channel.pipe(channel));
    const digests = Array.from({ length: CHANNELS }, async (_, index) => {
      const channel = await client.open(`channel ${index}`);
      const random = new SeededRandom(index);
      const sent = createHash("sha256");
      const received = createHash("sha256");
      const reading = (async () => {
        for await (const chunk of channel) {
          received.update(chunk);
          if (random.uint32() % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
        }
      })();
      for (let left = BYTES / CHANNELS; left > 0; ) {
        const chunk = random.fill(Buffer.allocUnsafe(Math.min(left, 1 + (random.uint32() % 200_000))));
        left -= chunk.length;
        sent.update(chunk);
        if (!channel.write(chunk)) await once(channel, "drain");
      }
      channel.end();
      await reading;
      return [sent.digest("hex"), received.digest("hex")];
    });
    for (const [sent, received] of await Promise.all(digests)) expect(received).toBe(sent);
    await Promise.all([client.close(), server.closed]);
  },
);

async function links(carry: (socket: Socket) => Duplex): Promise<{ readonly client: Link; readonly server: Link }> {
  const listening = createServer().listen(0, "127.0.0.1");
  await once(listening, "listening");
  const address = listening.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  const accepted = once(listening, "connection");
  const dialled = connect(address.port, "127.0.0.1");
  const [socket] = await accepted;
  listening.close();
  const [client, server] = await Promise.all([linkOver(carry(dialled), "client"), linkOver(carry(socket), "server")]);
  return { client, server };
}

async function linkOver(stream: Duplex, role: "client" | "server"): Promise<Link> {
  const identity = capturedIdentity(role === "client" ? "alice" : "bob");
  const secured = await secureStream(stream, { role, identity, verify: () => {} });
  const isInitiator = role === "client";
  return new Link(secured.stream, { isInitiator, scheduler: new RealScheduler(), accept: () => true });
}
