import { once } from "node:events";
import { createServer } from "node:http";
import { VirtualScheduler } from "@hashmere/dht/engine";
import { describe, expect, onTestFinished, test } from "vitest";
import { bodyTooLarge } from "../../src/server/http-error.ts";
import { REFUSED_BODY_MS } from "../../src/server/limits.ts";
import { refuseBody } from "../../src/server/refuse-body.ts";
import { openProxiedNode } from "../support/proxied-node.ts";
import { rawConnection } from "../support/raw-http.ts";

const HEAD = "POST /key/k HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n";
const ANSWER =
  /^HTTP\/1\.1 413 Payload Too Large\r\nConnection: close\r\n[\s\S]*\r\n\r\n\{"err":"The body is too large"\}$/;

/** A server that wants no bodies, and time that only the test moves. */
async function refusingServer() {
  const scheduler = new VirtualScheduler();
  const server = createServer((_, response) => refuseBody(response, bodyTooLarge(), scheduler)).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const address = server.address();
  return { scheduler, socket: await rawConnection(typeof address === "object" && address ? address.port : 0) };
}

describe("who sends a body that is too long", () => {
  test("can read the answer while sending, and is cut off a little later", async () => {
    const { scheduler, socket } = await refusingServer();
    socket.on("error", () => {}); // what is sent into the end
    socket.write(HEAD);
    expect((await once(socket, "data"))[0]).toMatch(ANSWER);
    socket.write("x".repeat(100_000));
    scheduler.advance(REFUSED_BODY_MS - 1);
    await new Promise((resolve) => socket.write("x", resolve));
    expect(socket.readyState).toBe("open");
    scheduler.advance(1);
    await once(socket, "end");
  });

  test("loses the connection at once with the last byte", async () => {
    const { socket } = await refusingServer();
    socket.write(`${HEAD.replace("10000000", "5")}`);
    expect((await once(socket, "data"))[0]).toMatch(ANSWER);
    socket.write("12345");
    await once(socket, "end");
  });

  test("is refused so by a proxy, whether or not the length is told before", async () => {
    await using rig = await openProxiedNode({ limits: { maxBodyBytes: 100 } });
    const chunked = `POST /key/k HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n${"x".repeat(255)}`;
    const refused = [HEAD, chunked].map(async (request) => {
      const socket = await rawConnection(rig.port);
      socket.write(request);
      expect((await once(socket, "data"))[0]).toMatch(ANSWER);
      await once(socket, "end");
    });
    await Promise.all(refused);
  });
});
