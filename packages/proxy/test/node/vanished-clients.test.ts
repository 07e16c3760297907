import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { generateEcIdentity } from "@hashmere/crypto";
import { VirtualScheduler } from "@hashmere/dht/engine";
import { expect, onTestFinished, test } from "vitest";
import { otherEndOf } from "../../src/node/other-end.ts";
import type { Retransmission } from "../../src/node/tcp-tables.ts";
import { VanishedClients } from "../../src/node/vanished-clients.ts";
import { UNCONFIRMED_CHECK_MS, UNCONFIRMED_MS } from "../../src/server/limits.ts";
import { rawConnection } from "../support/raw-http.ts";

/** A server with one client, and what the kernel says of their connection, as the test has it. */
async function rig({ isSecure = false } = {}) {
  const identity = await generateEcIdentity("server");
  const tls = { cert: identity.certificate.pem(), key: await identity.key.serialize() };
  const server = isSecure ? createTlsServer(tls) : createServer();
  const scheduler = new VirtualScheduler();
  let told: readonly Retransmission[] = [];
  const vanished = new VanishedClients(server, scheduler, async () => told);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const accepted = once(server, "connection");
  const asked = once(server, "request");
  const client = isSecure ? connectTls({ port, rejectUnauthorized: false }) : await rawConnection(port);
  onTestFinished(() => {
    client.destroy();
    server.close();
  });
  client.on("error", () => {}).write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const [socket] = (await accepted) as [Socket];
  const [, response] = await asked;
  const check = async (now: readonly Retransmission[]) => {
    told = now;
    await vanished.check();
    scheduler.advance(UNCONFIRMED_CHECK_MS);
  };
  return {
    socket,
    response,
    /** Some time passes, and at each look the kernel says that. */
    async during(ms: number, ...counts: readonly number[]) {
      for (let passed = 0, index = 0; passed < ms; passed += UNCONFIRMED_CHECK_MS, index++) {
        await check([{ otherEnd: otherEndOf(socket), count: counts[Math.min(index, counts.length - 1)] ?? 0 }]);
      }
    },
    check,
  };
}

test.each([{ isSecure: false }, { isSecure: true }])(
  "a client who confirms nothing for a minute has gone, and so has what was under way for him ($isSecure: TLS)",
  async ({ isSecure }) => {
    const { socket, response, during } = await rig({ isSecure });
    await during(UNCONFIRMED_MS, 1, 3, 5, 6, 7, 8);
    expect(socket.destroyed).toBe(false);
    await Promise.all([once(response, "close"), during(UNCONFIRMED_CHECK_MS, 9)]);
    expect(socket.destroyed).toBe(true);
  },
);

test("who confirms something now and then is there, though his line is bad", async () => {
  const { socket, during } = await rig();
  for (let time = 0; time < 5; time++) await during(UNCONFIRMED_MS, 1, 3, 5, 2, 4, 6);
  expect(socket.destroyed).toBe(false);
});

test("who has confirmed everything begins anew", async () => {
  const { socket, during, check } = await rig();
  await during(UNCONFIRMED_MS, 9);
  await check([]);
  await during(UNCONFIRMED_MS, 9);
  expect(socket.destroyed).toBe(false);
});

test("what is told of strangers' connections does no harm", async () => {
  const { socket, check } = await rig();
  for (let passed = 0; passed <= 2 * UNCONFIRMED_MS; passed += UNCONFIRMED_CHECK_MS)
    await check([{ otherEnd: "192.0.2.1 1", count: 99 }]);
  expect(socket.destroyed).toBe(false);
});
