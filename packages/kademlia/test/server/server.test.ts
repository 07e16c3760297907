/** Real sockets on loopback. What does not need them is tested in virtual time. */

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import {
  Float,
  InvalidArgumentError,
  type NodeEvent,
  NotListeningError,
  Server,
  type ServerOptions,
  SocketError,
  SqliteStorage,
  StateFileError,
  StoppedError,
  UdpTransport,
  type Value,
  ValueTooLargeError,
  ValueTypeError,
} from "../../src/index.ts";
import { bytesOf, vectors } from "../support/vectors.ts";

const folder = mkdtempSync(join(tmpdir(), "kademlia-server-"));
afterAll(() => rmSync(folder, { recursive: true }));

const running: Server[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

async function listening(options: ServerOptions = {}, host = "127.0.0.1"): Promise<Server> {
  const server = new Server(options);
  running.push(server);
  await server.listen(0, host);
  return server;
}

/** Servers joined through the first. */
async function network(count: number, options: ServerOptions = {}, host = "127.0.0.1"): Promise<[Server, ...Server[]]> {
  const first = await listening(options, host);
  const servers: [Server, ...Server[]] = [first];
  for (let index = 1; index < count; index++) {
    const server = await listening(options, host);
    await server.bootstrap([[host, first.port ?? 0]]);
    servers.push(server);
  }
  return servers;
}

const portsOf = (server: Server) => server.neighbours.map(({ port }) => port);

describe("a server", () => {
  it("stores and finds values of each kind, as the ten lines of the README do", async () => {
    const [first, , last] = await network(3);
    const values: Value[] = [
      "text",
      "",
      "h\u00e9llo 😀",
      Uint8Array.of(0, 255),
      true,
      false,
      0,
      -33,
      2 ** 32,
      2n ** 64n - 1n,
      -(2n ** 63n),
      1.5,
      new Float(1),
    ];
    for (const [index, value] of values.entries()) {
      expect(await first.set(`key-${index}`, value)).toMatchObject({ ok: true, acknowledged: 2 });
      expect(await last?.get(`key-${index}`, { local: false })).toMatchObject({ found: true, value });
    }
  });

  it("takes the value that was stored last", async () => {
    const [first, second, third] = await network(3);
    await first.set("key", "old");
    await second?.set("key", "new");
    expect(await third?.get("key")).toMatchObject({ value: "new" });
  });

  it("joins by address, by name, by pair or by object, and returns whom it found", async () => {
    const first = await listening();
    const port = first.port ?? 0;
    for (const place of [
      `127.0.0.1:${port}`,
      `localhost:${port}`,
      ["127.0.0.1", port] as const,
      { host: "localhost", port },
    ]) {
      const server = await listening();
      const found = await server.bootstrap([place]);
      expect(found.map(({ host }) => host)).toContain("127.0.0.1");
      expect(server.bootstrappableNeighbors()).toContainEqual(["127.0.0.1", port]);
    }
  });

  it("joins nobody through nobody", async () => {
    const server = await listening();
    expect(await server.bootstrap([])).toEqual([]);
    expect(await server.set("key", "value")).toMatchObject({ ok: false, reason: "alone" });
    expect(await server.get("key")).toMatchObject({ found: false, reason: "alone" });
  });

  it("says after its patience that a dead peer is dead, and goes on trying", async () => {
    const events: NodeEvent[] = [];
    const server = await listening({ onEvent: (event) => events.push(event) });
    const gone = await listening();
    const port = gone.port ?? 0;
    await gone.stop();
    expect(await server.bootstrap([["127.0.0.1", port], "no-such-host.invalid:1"])).toEqual([]);
    expect(events.map(({ type }) => type)).toEqual(["bootstrap-failed"]);
  }, 10_000);

  it("knows how others see it", async () => {
    const [first, second] = await network(2);
    expect(await second?.inetVisibleIP()).toEqual([`127.0.0.1:${second?.port}`]);
    expect(await (await listening()).inetVisibleIP()).toEqual([]);
    expect(first.stats.requestsAnswered).toBeGreaterThan(0);
  });

  it("takes text of 8137 bytes and no more", async () => {
    const [first, second] = await network(2);
    expect(await first.set("key", "x".repeat(8_137))).toMatchObject({ ok: true });
    expect(await second?.get("key")).toMatchObject({ value: "x".repeat(8_137) });
    await expect(first.set("key", "x".repeat(8_138))).rejects.toThrow(ValueTooLargeError);
    expect(await first.get("key")).toMatchObject({ value: "x".repeat(8_137) });
  });

  it("refuses what cannot be stored, and wrong use, with an error that says what to do", async () => {
    const server = await listening();
    await expect(server.set("key", 2n ** 64n)).rejects.toThrow(ValueTypeError);
    await expect(server.bootstrap([["127.0.0.1", 70_000]])).rejects.toThrow(InvalidArgumentError);
    await expect(server.get("key", { quorum: 0 })).rejects.toThrow(InvalidArgumentError);
    await expect(server.listen(0)).rejects.toThrow(InvalidArgumentError);
    expect(() => new Server({ k: 0 })).toThrow(InvalidArgumentError);
    await expect(new Server().get("key")).rejects.toThrow(NotListeningError);
    await expect(new Server().listen(server.port, "127.0.0.1")).rejects.toThrow(SocketError);
    await expect(new Server().listen(0, "192.0.2.1")).rejects.toThrow(SocketError);
  });

  it("ends its operations when it is stopped, and can be stopped twice", async () => {
    const [first, second] = await network(2);
    const setting = second?.set("key", "value");
    const setFailed = expect(setting).rejects.toThrow(StoppedError);
    await second?.stop();
    await setFailed;
    await second?.stop();
    await expect(second?.get("key")).rejects.toThrow(StoppedError);
    expect(first.port).toBeDefined();
  });

  it("is found and used over a transport of the user's", async () => {
    const sent: number[] = [];
    class Watched extends UdpTransport {
      override send(...args: Parameters<UdpTransport["send"]>): void {
        sent.push(args[0].length);
        super.send(...args);
      }
    }
    const [first] = await network(1);
    const server = await listening({ transport: new Watched() });
    await server.bootstrap([`127.0.0.1:${first.port}`]);
    expect(sent.length).toBeGreaterThan(0);
  });

  it("may refuse what others want to store on it", async () => {
    const [first] = await network(2, { acceptStore: ({ value }) => typeof value === "string" });
    expect(await first.set("key", 5)).toMatchObject({ ok: false, reason: "refused" });
    expect(await first.set("key", "five")).toMatchObject({ ok: true });
  });
});

describe("a hundred servers on loopback", () => {
  it("find what any of them stored", async () => {
    const servers = await network(100);
    const sets = servers.map((server, index) => server.set(`key-${index}`, index));
    expect((await Promise.all(sets)).filter(({ ok }) => ok)).toHaveLength(100);
    const gets = servers.map((_, index) => servers[(index * 37 + 11) % 100]?.get(`key-${index}`, { local: false }));
    expect((await Promise.all(gets)).map((result) => result?.value)).toEqual(servers.map((_, index) => index));
  }, 60_000);
});

describe("over IPv6", () => {
  it("works as over IPv4, with addresses in their IPv6 form", async () => {
    const [first, second, third] = await network(3, {}, "::1");
    expect(await first.set("key", "value")).toMatchObject({ ok: true, acknowledged: 2 });
    expect(await third?.get("key", { local: false })).toMatchObject({ value: "value" });
    expect(second?.neighbours.every(({ host }) => host === "::1")).toBe(true);
  });

  it("a server on :: speaks with both families and never shows an address in IPv4-mapped form", async () => {
    const both = await listening({}, "::");
    const four = await listening();
    const six = await listening({}, "::1");
    expect(await four.bootstrap([["127.0.0.1", both.port ?? 0]])).toHaveLength(1);
    expect(await six.bootstrap([["::1", both.port ?? 0]])).toHaveLength(1);
    const later = await listening();
    await later.bootstrap([["127.0.0.1", both.port ?? 0]]);
    expect(portsOf(later)).toContain(both.port);
    expect(later.neighbours.every(({ host }) => host === "127.0.0.1")).toBe(true);
    expect(both.neighbours.map(({ host }) => host)).not.toContain("::ffff:127.0.0.1");
    await six.bootstrap([["::1", both.port ?? 0]]);
    expect(six.neighbours.map(({ host }) => host)).toEqual(["::1"]); // what speaks IPv4 only is not named to it
    expect(await both.set("key", "value")).toMatchObject({ ok: true });
    expect(await six.get("key", { local: false })).toMatchObject({ value: "value" });
    expect(await four.get("key", { local: false })).toMatchObject({ value: "value" });
  });
});

describe("garbage on the socket", () => {
  it("of every kind known does not end the server, nor stay in it", async () => {
    const errors: unknown[] = [];
    const [first, second] = await network(2, {
      onEvent: (event) => event.type === "error" && errors.push(event.error),
    });
    const socket = createSocket("udp4");
    const { cases } = vectors.malformed;
    const send = (bytes: Uint8Array) =>
      new Promise((resolve) => socket.send(bytes, first.port ?? 0, "127.0.0.1", resolve));
    for (const { datagram_hex } of cases) await send(bytesOf(datagram_hex));
    for (let length = 0; length < 200; length++) await send(new Uint8Array(length).fill(length));
    await send(new Uint8Array(65_000).fill(0x91));
    await send(Buffer.from(""));
    socket.close();
    await once(socket, "close");
    expect(await second?.set("key", "value")).toMatchObject({ ok: true });
    expect(errors).toEqual([]);
    expect(first.stats.malformed).toBeGreaterThan(100);
  });
});

describe("the state of a server", () => {
  it("is saved with its id, its values and its neighbours, and goes on from there", async () => {
    const file = join(folder, "state.json");
    const [first, second] = await network(2);
    await second?.set("key", "value");
    await first.set("mine", new Float(2));
    await first.saveState(file);
    expect(statSync(file).mode & 0o077).toBe(0);
    await first.stop();
    const again = await Server.loadState(file, 0, "127.0.0.1");
    running.push(again);
    expect(again.id).toEqual(first.id);
    expect(again.published).toEqual([again.digest("mine")]);
    expect(portsOf(again)).toEqual([second?.port]);
    expect(await again.get("key")).toMatchObject({ value: "value", source: "local" });
    expect(await again.get("mine", { local: false })).toMatchObject({ value: new Float(2) });
    expect(again.unpublish("mine")).toBe(true);
    expect(again.published).toEqual([]);
  });

  it("leaves what a persistent storage keeps to that storage", async () => {
    const [file, database] = [join(folder, "small.json"), join(folder, "pairs.db")];
    const first = await listening({ storage: new SqliteStorage(database) });
    const second = await listening();
    await second.bootstrap([["127.0.0.1", first.port ?? 0]]);
    await second.set("key", "value");
    await first.saveState(file);
    await first.stop();
    expect(JSON.parse(readFileSync(file, "utf8")).pairs).toEqual([]);
    const again = await Server.loadState(file, 0, "127.0.0.1", { storage: new SqliteStorage(database) });
    running.push(again);
    expect(await again.get("key")).toMatchObject({ value: "value", source: "local" });
  });

  it("can come from the Python library", async () => {
    const { protocol4 } = JSON.parse(readFileSync(new URL("../vectors/python-state.json", import.meta.url), "utf8"));
    const file = join(folder, "state.pickle");
    writeFileSync(file, bytesOf(protocol4));
    const server = await Server.loadState(file, 0, "127.0.0.1");
    running.push(server);
    expect(server.id.hex).toBe("000102030405060708090a0b0c0d0e0f10111213");
  }, 15_000);

  it("is refused when the file holds something else", async () => {
    const file = join(folder, "broken.json");
    writeFileSync(file, "{}");
    await expect(Server.loadState(file, 0, "127.0.0.1")).rejects.toThrow(StateFileError);
    await expect(Server.loadState(join(folder, "missing.json"))).rejects.toThrow("ENOENT");
  });

  it("that cannot be taken up leaves nothing open behind", async () => {
    const [first, second] = [join(folder, "taken.json"), await listening()];
    await second.saveState(first);
    const database = join(folder, "taken.db");
    const storage = new SqliteStorage(database);
    await expect(Server.loadState(first, second.port, "127.0.0.1", { storage })).rejects.toThrow(SocketError);
    expect(() => storage.get(second.id)).toThrow();
  });

  it("can be saved many times at once", async () => {
    const file = join(folder, "often.json");
    const [first] = await network(2);
    await Promise.all(Array.from({ length: 20 }, () => first.saveState(file)));
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ id: first.id.hex });
    await expect(first.saveState(join(folder, "missing", "state.json"))).rejects.toThrow("ENOENT");
    await first.saveState(file);
  });

  it("is saved at once and again and again, until the server stops", async () => {
    const file = join(folder, "regular.json");
    const [first] = await network(1);
    await first.saveStateRegularly(file, 10);
    rmSync(file);
    await expect.poll(() => statSync(file, { throwIfNoEntry: false })?.size ?? 0).toBeGreaterThan(0);
  });
});
