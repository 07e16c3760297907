import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Float, Server, SocketError, startWebServer, type WebServer } from "../../src/index.ts";

let servers: Server[];
let web: WebServer;
let lonely: Server;
let lonelyWeb: WebServer;

beforeAll(async () => {
  servers = [];
  for (let index = 0; index < 3; index++) {
    const server = new Server();
    await server.listen(0, "127.0.0.1");
    await server.bootstrap(servers.slice(0, 1).map(({ port = 0 }) => ["127.0.0.1", port] as const));
    servers.push(server);
  }
  const [first] = servers;
  if (!first) throw new Error("no server");
  web = await startWebServer(first, { port: 0, host: "127.0.0.1" });
  lonely = new Server();
  await lonely.listen(0, "127.0.0.1");
  lonelyWeb = await startWebServer(lonely, { port: 0, host: "127.0.0.1" });
});

afterAll(async () => {
  await Promise.all([web.close(), lonelyWeb.close()]);
  await Promise.all([...servers, lonely].map((server) => server.stop()));
});

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
}

/** Like curl: the path goes out as it is. */
function http(method: string, path: string, body?: string | Uint8Array, { port } = web): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sending = request({ host: "127.0.0.1", port, method, path }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          type: response.headers["content-type"] ?? "",
          body: Buffer.concat(chunks),
        }),
      );
    });
    sending.on("error", reject);
    sending.end(body);
  });
}

/** The status for a POST that only says how long its body will be. */
function announce(length: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { "content-length": length };
    const sending = request({ host: "127.0.0.1", port: web.port, method: "POST", path: "/dht/huge", headers });
    sending.on("error", reject);
    sending.on("response", (response) => {
      resolve(response.statusCode ?? 0);
      sending
        .removeListener("error", reject)
        .on("error", () => {})
        .destroy();
    });
    sending.flushHeaders();
  });
}

const storedAt = async (key: string) => (await servers[2]?.get(key, { local: false }))?.value;

describe("the web server", () => {
  it("does what the three lines of the documentation show", async () => {
    const posted = await http("POST", "/dht/one", "hi there");
    expect([posted.status, posted.type.split(";")[0], `${posted.body}`]).toEqual([200, "text/html", "hi there"]);
    await expect.poll(async () => `${(await http("GET", "/dht/one")).body}`).toBe("hi there");
    const neighbours = await http("GET", "/neighbours");
    expect(neighbours.type).toMatch(/^application\/json/);
    const rows: unknown = JSON.parse(`${neighbours.body}`);
    expect(rows).toHaveLength(2);
  });

  it("shows each neighbour as five fields, numbers in full, in ASCII", async () => {
    const text = `${(await http("GET", "/neighbours")).body}`;
    expect(text).toMatch(/^[\x20-\x7e]*$/);
    const [first] = servers;
    for (const { id, host, port } of first?.neighbours ?? []) {
      expect(text).toContain(`"${host}", ${port}, ${BigInt(`0x${id.hex}`)}, ${id.distanceTo(first?.id ?? id)}]`);
      const rows: [string][] = JSON.parse(text);
      expect(rows.map(([name]) => Buffer.from(name, "latin1").toString("hex"))).toContain(id.hex);
    }
    expect(`${(await http("GET", "/neighbours", undefined, lonelyWeb)).body}`).toBe("[]");
  });

  it("stores text as text and anything else as bytes, as it was sent", async () => {
    await http("POST", "/dht/text?wait=1", "h\u00e9llo=1&b=2");
    expect(await storedAt("text")).toBe("h\u00e9llo=1&b=2");
    await http("POST", "/dht/bytes?wait=1", Uint8Array.of(0xff, 0xfe, 0));
    expect(await storedAt("bytes")).toEqual(Uint8Array.of(0xff, 0xfe, 0));
    expect((await http("GET", "/dht/bytes")).body).toEqual(Buffer.of(0xff, 0xfe, 0));
  });

  it("takes the last segment of the path as the key, without decoding, and no query", async () => {
    await http("POST", "/dht/a%20b?wait=1", "encoded");
    expect(await storedAt("a%20b")).toBe("encoded");
    await http("POST", "/dht/a/b?wait=1", "last");
    expect(await storedAt("b")).toBe("last");
    await http("POST", "/dht/?wait=1", "empty key");
    expect(`${(await http("GET", "/dht/?x=y")).body}`).toBe("empty key");
  });

  it("says 404 for what is not there, and for what is empty", async () => {
    const missing = await http("GET", "/dht/missing");
    expect(missing.status).toBe(404);
    expect(`${missing.body}`).toContain("404 - No Such Resource");
    expect(`${missing.body}`).toContain("Sorry. No luck finding that resource.");
    for (const [key, value] of [
      ["empty", ""],
      ["zero", 0],
      ["zero-float", new Float(0)],
      ["no", false],
      ["nothing", new Uint8Array()],
    ] as const) {
      await servers[0]?.set(key, value);
      expect((await http("GET", `/dht/${key}`)).status, key).toBe(404);
    }
    for (const path of ["/", "/dht", "/one", "/neighbours/", "/..%2f"])
      expect((await http("GET", path)).status, path).toBe(404);
  });

  it("prints numbers and booleans as Python's web server did", async () => {
    for (const [value, text] of [
      [5, "5"],
      [new Float(1), "1.0"],
      [2n ** 64n - 1n, "18446744073709551615"],
      [true, "True"],
    ] as const) {
      await servers[0]?.set("printed", value);
      expect(`${(await http("GET", "/dht/printed")).body}`).toBe(text);
    }
  });

  it("answers HEAD without a body and refuses other methods", async () => {
    await http("POST", "/dht/head?wait=1", "body");
    const head = await http("HEAD", "/dht/head");
    expect([head.status, head.body.length]).toEqual([200, 0]);
    expect((await http("HEAD", "/neighbours")).status).toBe(200);
    expect((await http("DELETE", "/dht/head")).status).toBe(405);
    expect((await http("POST", "/neighbours", "x")).status).toBe(405);
  });

  it("echoes at once and says nothing of the outcome, unless asked to wait", async () => {
    expect((await http("POST", "/dht/key", "value", lonelyWeb)).status).toBe(200);
    const waited = await http("POST", "/dht/key?wait=1", "value", lonelyWeb);
    expect([waited.status, `${waited.body}`.includes("alone")]).toEqual([503, true]);
  });

  it("gives back what was posted to it though it is alone as yet", async () => {
    await http("POST", "/dht/alone", "hi there", lonelyWeb);
    await expect.poll(async () => `${(await http("GET", "/dht/alone", undefined, lonelyWeb)).body}`).toBe("hi there");
  });

  it("refuses a body that no value can have, and lives on", async () => {
    expect((await http("POST", "/dht/big", "x".repeat(8_193))).status).toBe(413);
    expect((await http("POST", "/dht/big?wait=1", "x".repeat(8_138))).status).toBe(413);
    expect((await http("POST", "/dht/big?wait=1", "x".repeat(8_137))).status).toBe(200);
    expect(await announce(5_000_000)).toBe(413);
    expect((await http("GET", "/neighbours")).status).toBe(200);
  });

  it("says which port it could not have", async () => {
    await expect(startWebServer(lonely, { port: web.port, host: "127.0.0.1" })).rejects.toThrow(SocketError);
  });
});
