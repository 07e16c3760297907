import { once } from "node:events";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { TransportAddress } from "../../src/address/index.ts";
import type { IceConnection } from "../../src/ice/index.ts";
import { StunAttributeType, StunBuilder, StunMethod } from "../../src/stun/index.ts";
import { MAX_PERMISSIONS, MAX_RELAYED_CONNECTIONS, TurnAllocation } from "../../src/turn/index.ts";
import { RELAYED, ScriptedTurnServer, USER } from "./scripted-turn-server.ts";

const PEER: TransportAddress = { address: "198.51.100.1", port: 4000, family: 4 };
const { ALLOCATE, CONNECTION_BIND, CREATE_PERMISSION, REFRESH } = StunMethod;

let server: ScriptedTurnServer;
const never = new AbortController().signal;

beforeEach(async () => {
  server = await ScriptedTurnServer.listen();
});
afterEach(() => server[Symbol.asyncDispose]());

test("the server is asked without credentials first, then with those that it names", async () => {
  const allocation = await TurnAllocation.open(server.address, USER, 4, never);
  expect(allocation.relayed).toEqual(RELAYED);
  const [first, second] = server.requests;
  expect(first?.has(StunAttributeType.USERNAME)).toBe(false);
  expect(second?.text(StunAttributeType.USERNAME)).toBe("user");
  expect(second?.attribute(StunAttributeType.REQUESTED_TRANSPORT)).toEqual(Uint8Array.of(6, 0, 0, 0));
  allocation.close();
});

test("a wrong password is refused after one more try, and is in no message", async () => {
  const wrong = { ...USER, password: "hunter2" };
  const error = await TurnAllocation.open(server.address, wrong, 4, never).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: "TurnError", code: 401 });
  expect(String(error)).not.toContain("hunter2");
  expect(server.methods()).toEqual([ALLOCATE, ALLOCATE]);
});

test("a server of another realm than the configured one gets no credentials", async () => {
  const elsewhere = { ...USER, realm: "elsewhere" };
  await expect(TurnAllocation.open(server.address, elsewhere, 4, never)).rejects.toMatchObject({ code: 401 });
  expect(server.requests.some((request) => request.has(StunAttributeType.USERNAME))).toBe(false);
});

test("a nonce that has grown old is replaced by the one that the server names", async () => {
  const allocation = await TurnAllocation.open(server.address, USER, 4, never);
  server.nonce = "nonce-2";
  await allocation.permit([PEER]);
  expect(server.methods()).toEqual([ALLOCATE, ALLOCATE, CREATE_PERMISSION, CREATE_PERMISSION]);
  allocation.close();
});

test("a server that finds every nonce too old is given up", async () => {
  server.script = (request) => server.refuse(request, 438);
  await expect(TurnAllocation.open(server.address, USER, 4, never)).rejects.toMatchObject({ code: 438 });
  expect(server.requests).toHaveLength(3);
});

test("a server that hangs up, or speaks something else, is an error", async () => {
  server.script = () => "close";
  await expect(TurnAllocation.open(server.address, USER, 4, never)).rejects.toThrow("closed the connection");
  server.script = () => new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n");
  await expect(TurnAllocation.open(server.address, USER, 4, never)).rejects.toThrow(/not STUN|too long/);
});

test("waiting for a silent server ends with the signal", async () => {
  const stop = new AbortController();
  server.script = () => {
    stop.abort(new Error("enough"));
    return "silence";
  };
  await expect(TurnAllocation.open(server.address, USER, 4, stop.signal)).rejects.toThrow("enough");
});

test("peers of the relayed family get permission, each once, so many and no more", async () => {
  const allocation = await TurnAllocation.open(server.address, USER, 4, never);
  await allocation.permit([PEER, { ...PEER, port: 5000 }, { address: "2001:db8::1", port: 1, family: 6 }]);
  const asked = server.requests.filter(({ method }) => method === CREATE_PERMISSION);
  expect(asked.map(({ attributes }) => attributes.filter(({ type }) => type === 0x12).length)).toEqual([1]);
  expect(asked[0]?.xorAddress(StunAttributeType.XOR_PEER_ADDRESS)?.address).toBe(PEER.address);

  const many = Array.from(
    { length: 100 },
    (_, i): TransportAddress => ({ address: `10.0.0.${i}`, port: 1, family: 4 }),
  );
  await allocation.permit(many);
  const last = server.requests.at(-1);
  expect(last?.attributes.filter(({ type }) => type === 0x12)).toHaveLength(MAX_PERMISSIONS - 1);
  allocation.close();
});

test("a connection of a peer is fetched, with the bytes that came right behind the server's answer", async () => {
  const allocation = await TurnAllocation.open(server.address, USER, 4, never);
  server.script = (request, socket) => {
    if (request.method !== CONNECTION_BIND) return undefined;
    const answer = new StunBuilder("success", CONNECTION_BIND, request.transactionId).build();
    socket.write(Buffer.concat([answer, Buffer.from("\0\u0005hello")]));
    return "silence";
  };
  const arrived = Promise.withResolvers<IceConnection>();
  allocation.onConnection = arrived.resolve;
  const [control] = server.connections;
  if (control) server.announce(control, 77, PEER);
  const { local, remote, stream } = await arrived.promise;
  expect({ local, remote }).toEqual({ local: RELAYED, remote: PEER });
  const [bytes] = await once(stream, "data");
  expect(String(bytes)).toBe("\0\u0005hello");
  expect(server.requests.at(-1)?.uint32(StunAttributeType.CONNECTION_ID)).toBe(77);
  stream.destroy();
  allocation.close();
});

test("whom a peer's connection is fetched on is there before the peer comes", async () => {
  const allocation = await TurnAllocation.open(server.address, USER, 4, never);
  await allocation.permit([PEER]);
  await expect.poll(() => server.connections.length).toBe(2);
  const arrived = Promise.withResolvers<IceConnection>();
  allocation.onConnection = arrived.resolve;
  const [control] = server.connections;
  if (control) server.announce(control, 77, PEER);
  const { stream } = await arrived.promise;
  expect(server.connections).toHaveLength(2);
  stream.destroy();
  allocation.close();
});

test("a connection that was made ready for nobody is closed with the allocation", async () => {
  const allocation = await TurnAllocation.open(server.address, USER, 4, never);
  await allocation.permit([PEER]);
  await expect.poll(() => server.connections.length).toBe(2);
  const [, spare] = server.connections;
  const closed = spare && once(spare, "close");
  allocation.close();
  await closed;
});

test("of a flood of peers, so many connections are fetched and no more", async () => {
  const allocation = await TurnAllocation.open(server.address, USER, 4, never);
  const fetched = Promise.withResolvers<void>();
  const streams: IceConnection[] = [];
  allocation.onConnection = (connection) => {
    streams.push(connection);
    if (streams.length === MAX_RELAYED_CONNECTIONS) fetched.resolve();
  };
  await allocation.permit([PEER]);
  const [control] = server.connections;
  for (let id = 0; control && id < 40; id++) server.announce(control, id, PEER);
  await fetched.promise;
  await allocation.permit([PEER]); // the server has answered everything before
  expect(streams).toHaveLength(MAX_RELAYED_CONNECTIONS);
  expect(server.connections).toHaveLength(1 + MAX_RELAYED_CONNECTIONS);
  for (const { stream } of streams) stream.destroy();
  allocation.close();
});

test("a peer that has gone when its connection is fetched leaves no trace", async () => {
  const allocation = await TurnAllocation.open(server.address, USER, 4, never);
  const refused = Promise.withResolvers<void>();
  server.script = (request) => {
    if (request.method !== CONNECTION_BIND) return undefined;
    refused.resolve();
    return server.refuse(request, 400);
  };
  const [control] = server.connections;
  if (control) server.announce(control, 1, PEER);
  await refused.promise;
  await allocation.permit([PEER]);
  allocation.close();
});

test("closing gives the address back", async () => {
  const allocation = await TurnAllocation.open(server.address, USER, 4, never);
  const [control] = server.connections;
  const ended = control && once(control, "close");
  allocation.close();
  allocation.close();
  await ended;
  const last = server.requests.at(-1);
  expect(last?.method).toBe(REFRESH);
  expect(last?.uint32(StunAttributeType.LIFETIME)).toBe(0);
});

test("an allocation whose server goes away says so once", async () => {
  const allocation = await TurnAllocation.open(server.address, USER, 4, never);
  const lost = Promise.withResolvers<Error>();
  allocation.onLost = lost.resolve;
  server.connections[0]?.destroy();
  expect(await lost.promise).toMatchObject({ name: "TurnError" });
});
