import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { ConnectError } from "@hashmere/connect";
import { expect, onTestFinished, test } from "vitest";
import { acceptSocks, replySocks } from "../../src/nc/socks.ts";

/** Both ends of a TCP connection. */
async function socketPair(): Promise<{ readonly client: Socket; readonly proxy: Socket }> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  const accepted = once(server, "connection");
  const client = connect(address.port, "127.0.0.1");
  const [proxy] = await accepted;
  onTestFinished(() => {
    client.destroy();
    proxy.destroy();
    server.close();
  });
  return { client, proxy };
}

const GREETING = [5, 1, 0];
const request = (type: number, ...address: number[]) => [5, 1, 0, type, ...address, 0x1f, 0x90];

test.each([
  ["an IPv4 address", request(1, 127, 0, 0, 1), "127.0.0.1"],
  ["a name", request(3, 4, ...Buffer.from("host")), "host"],
  ["an IPv6 address", request(4, 0xfd, ...Array.from({ length: 14 }, () => 0), 1), "fd00::1"],
])("a client names %s", async (_, bytes, host) => {
  const { client, proxy } = await socketPair();
  const wanted = acceptSocks(proxy);
  for (const byte of [...GREETING, ...bytes]) client.write(Uint8Array.of(byte));
  expect(await wanted).toEqual({ host, port: 8080 });
  expect([...(await once(client, "data"))[0]]).toEqual([5, 0]);
});

test("what the client sends too early is left for the channel", async () => {
  const { client, proxy } = await socketPair();
  client.write(Uint8Array.from([...GREETING, ...request(1, 10, 0, 0, 1), 104, 105]));
  await acceptSocks(proxy);
  expect(`${proxy.read()}`).toBe("hi");
});

const reply = (code: number) => [5, code, 0, 1, 0, 0, 0, 0, 0, 0];

test.each([
  ["no SOCKS at all", [71, 69, 84, 32], []],
  ["a password", [5, 1, 2], [5, 0xff]],
  ["another command", [...GREETING, 5, 2, 0, 1, 127, 0, 0, 1, 0, 80], [5, 0, ...reply(7)]],
  ["an unknown kind of address", [...GREETING, 5, 1, 0, 9, 1, 2, 3, 4, 5], [5, 0, ...reply(8)]],
])("%s is refused", async (_, bytes, answer) => {
  const { client, proxy } = await socketPair();
  client.on("error", () => {}).write(Uint8Array.from(bytes));
  await expect(acceptSocks(proxy)).rejects.toThrow();
  proxy.end();
  expect([...(await buffer(client))]).toEqual(answer);
});

test.each([
  ["is connected", undefined, 0],
  ["isn't allowed", new ConnectError("ERR_DECLINED", "no"), 2],
  ["can't be connected", new ConnectError("ERR_NO_ANSWER", "nobody"), 4],
  ["has met a fault", new Error("oh"), 1],
])("a client that %s is told so", async (_, error, code) => {
  const { client, proxy } = await socketPair();
  replySocks(proxy, error);
  proxy.end();
  expect([...(await buffer(client))]).toEqual(reply(code));
});

test("a client that goes away in the middle is no reason to wait", async () => {
  const { client, proxy } = await socketPair();
  client.end(Uint8Array.of(5));
  await expect(acceptSocks(proxy)).rejects.toThrow();
});
