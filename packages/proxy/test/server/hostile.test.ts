import { once } from "node:events";
import { connect } from "node:tls";
import { generateEcIdentity } from "@hashmere/crypto";
import { describe, expect, test, vi } from "vitest";
import { MAX_PIPELINED_REQUESTS } from "../../src/server/limits.ts";
import { openProxiedNode } from "../support/proxied-node.ts";
import { parseResponse, rawConnection, rawExchange } from "../support/raw-http.ts";

const post = (body: string | Uint8Array) => ({ method: "POST", body });

describe("a proxy that is treated badly", () => {
  test("says in JSON what is wrong, and goes on", async () => {
    await using rig = await openProxiedNode({ limits: { maxBodyBytes: 1_000 } });
    const asked = async (path: string, init: RequestInit) => {
      const response = await fetch(rig.url(path), init);
      return [response.status, await response.text()];
    };
    expect(await asked("/key/k", post("x".repeat(1_001)))).toEqual([413, '{"err":"The body is too large"}']);
    expect(await asked("/key/k", post("{bad"))).toEqual([400, '{"err:":"Incorrect JSON"}']);
    expect(await asked("/key/k", post("[".repeat(999)))).toEqual([400, '{"err:":"Incorrect JSON"}']);
    expect(await asked("/key/k", post(Uint8Array.of(0xff, 0xfe, 0)))).toEqual([400, '{"err:":"Incorrect JSON"}']);
    expect(await asked("/key/k", post('{"data":"!"}'))).toEqual([500, '{"err":"Internal server error"}']);
    expect(await asked("/key/k/x", { method: "DELETE" })).toEqual([404, '{"err":"No such put"}']);
    expect(await asked("/key/k", { method: "PATCH", body: "{}" })).toEqual([501, '{"err":"Not implemented"}']);
    expect(await asked("/key/k", post("{}"))).toEqual([200, expect.stringContaining('"data":""')]);
  });

  test("says in JSON that it doesn't know a method or path, or can't read what came", async () => {
    await using rig = await openProxiedNode();
    expect(await rawExchange(rig.port, "GET / HTTP/1.1\r\nbroken header\r\n\r\n")).toMatchObject({ status: 400 });
    expect(await rawExchange(rig.port, `GET / HTTP/1.1\r\nX: ${"x".repeat(20_000)}\r\n\r\n`)).toMatchObject({
      status: 431,
    });
    for (const junk of ["\x16\x03\x01 no hello", "hello world", "get / http"]) {
      const answer = await rawExchange(rig.port, `${junk}\r\n\r\n`);
      expect([junk, answer.status, answer.body]).toEqual([junk, 400, '{"err":"This is no HTTP request"}']);
    }
    for (const unknown of ["FOO /key/k", "LISTEN /k", "CONNECT x:443", "PUT /key/k", "DELETE /key/k", "GET /a/b/c"]) {
      const answer = await rawExchange(rig.port, `${unknown} HTTP/1.1\r\nHost: x\r\n\r\n`);
      expect([unknown, answer.status, answer.body]).toEqual([unknown, 501, '{"err":"Not implemented"}']);
      expect(answer.headers).toContainEqual(["Access-Control-Allow-Origin", "*"]);
    }
    expect(await rawExchange(rig.port, "GET /key/%zz HTTP/1.1\r\nHost: x\r\n\r\n")).toMatchObject({
      status: 400,
      body: '{"err":"The path is too long, or no UTF-8"}',
    });
    expect(await rawExchange(rig.port, "GET /healthz HTTP/1.1\r\n\r\n")).toMatchObject({ status: 200 });
  });

  test("says what is wrong with a later request of a connection, too, unless an answer is under way there", async () => {
    await using rig = await openProxiedNode();
    const after = async (request: string) => {
      const socket = await rawConnection(rig.port);
      let received = "";
      socket.on("data", (text) => {
        received += text;
      });
      socket.write(request);
      await expect.poll(() => received).toContain("HTTP/1.1 ");
      const first = received.length;
      socket.write("GET / HTTP/1.1\r\nbroken header\r\n\r\n");
      await once(socket, "close");
      return parseResponse(received.slice(first)).status;
    };
    expect(await after("GET /healthz HTTP/1.1\r\n\r\n")).toBe(400);
    expect(await after("POST /key/k HTTP/1.1\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n")).toBe(400);
    expect(await after("GET /key/k/listen HTTP/1.1\r\n\r\n")).toBe(0);
  });

  test("has no body sent that it would refuse, and says what it doesn't understand", async () => {
    await using rig = await openProxiedNode();
    const post = (...headers: string[]) =>
      rawExchange(rig.port, `POST /key/k HTTP/1.1\r\nHost: x\r\n${headers.join("\r\n")}\r\n\r\n`);
    const long = await post("Content-Length: 300000", "Expect: 100-continue");
    expect([long.status, long.body]).toEqual([413, '{"err":"The body is too large"}']);
    const strange = await post("Content-Length: 2", "Expect: banana");
    expect([strange.status, strange.body]).toEqual([417, `{"err":"What is expected can't be met"}`]);
    const zipped = await post("Transfer-Encoding: gzip, chunked");
    expect([zipped.status, zipped.body]).toEqual([501, '{"err":"Not implemented"}']);
  });

  test("keeps the order of pipelined requests", async () => {
    await using rig = await openProxiedNode();
    const socket = await rawConnection(rig.port);
    let received = "";
    socket.on("data", (text) => {
      received += text;
    });
    socket.write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /nope/nope HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(socket, "end");
    expect(parseResponse(received).status).toBe(200);
    expect(received.indexOf("501")).toBeGreaterThan(received.indexOf("200 OK"));
  });

  test("closes a connection on which more and more is asked behind a listen", async () => {
    await using rig = await openProxiedNode();
    const ask = (count: number) => `GET /key/k/listen HTTP/1.1\r\n\r\n${"GET /healthz HTTP/1.1\r\n\r\n".repeat(count)}`;
    const patient = await rawConnection(rig.port);
    const greedy = await rawConnection(rig.port);
    patient.write(ask(MAX_PIPELINED_REQUESTS - 1));
    greedy.write(ask(MAX_PIPELINED_REQUESTS));
    await once(greedy.resume(), "close");
    await expect.poll(() => rig.proxy.stats.listens, { timeout: 20_000 }).toBe(1);
    expect(patient.closed).toBe(false);
    patient.destroy();
    const socket = await rawConnection(rig.port);
    let received = "";
    socket.on("data", (text) => {
      received += text;
    });
    const answers = () => received.split("HTTP/1.1 200").length - 1;
    for (let round = 1; round <= 3; round++) {
      socket.write("GET /healthz HTTP/1.1\r\n\r\n".repeat(MAX_PIPELINED_REQUESTS - 4));
      await expect.poll(answers, { timeout: 20_000 }).toBe(round * (MAX_PIPELINED_REQUESTS - 4));
    }
    socket.destroy();
  });

  test("cuts off a reader that takes nothing and falls too far behind", async () => {
    await using rig = await openProxiedNode({ limits: { maxStreamBytes: 200_000 } });
    const socket = await rawConnection(rig.port);
    socket.pause();
    socket.write("GET /key/k/listen HTTP/1.1\r\nHost: x\r\n\r\n");
    await expect.poll(() => rig.proxy.stats.listens).toBe(1);
    const data = new Uint8Array(60_000);
    // What the kernel takes for the reader doesn't wait here.
    for (let id = 1n; rig.proxy.stats.listens === 1; id++) {
      data[0] = Number(id);
      await rig.node.put("k", data.slice());
    }
    socket.destroy();
  });

  test("cuts off streams of a client who has many and takes nothing, and no others", async () => {
    await using rig = await openProxiedNode({ limits: { maxWaitingBytesPerClient: 2_000_000 } });
    const listen = async () => {
      const socket = await rawConnection(rig.port);
      socket.write("GET /key/k/listen HTTP/1.1\r\nHost: x\r\n\r\n");
      return socket;
    };
    const good = await listen();
    let heard = "";
    good.on("data", (text) => {
      heard += text;
    });
    const bad = await Promise.all(Array.from({ length: 8 }, listen));
    for (const socket of bad) socket.pause();
    await expect.poll(() => rig.proxy.stats.listens).toBe(9);
    const data = new Uint8Array(60_000);
    for (let id = 1; rig.proxy.stats.listens === 9; id++) {
      data[0] = id;
      await rig.node.put("k", data.slice());
    }
    await rig.node.put("k", new Uint8Array([42]));
    await expect.poll(() => heard).toContain('"data":"Kg=="');
    for (const socket of [good, ...bad]) socket.destroy();
  });

  test("refuses what its node can't do any more, and keeps nothing of it", async () => {
    await using rig = await openProxiedNode({ limits: { maxListensPerClient: 1, maxSubscriptionsPerClient: 1 } });
    await rig.node.join();
    const asked = async (path: string, init: RequestInit = {}) => {
      const response = await fetch(rig.url(path), init);
      return [response.status, await response.text()];
    };
    const noNode = [503, '{"err":"Incorrect DhtRunner"}'];
    for (let time = 1; time <= 2; time++) {
      expect(await asked("/key/k/listen")).toEqual(noNode);
      expect(await asked("/key/k", { method: "SUBSCRIBE", body: '{"key":"T"}' })).toEqual(noNode);
      expect(await asked("/dashboard/lookup", post('{"key":"k"}'))).toEqual(noNode);
    }
    expect(await asked("/key/k", post("{}"))).toEqual([502, '{"err":"Put failed"}']);
    expect(await asked("/key/k")).toEqual([200, ""]);
    expect(rig.proxy.stats).toMatchObject({ listens: 0, pushListeners: 0 });
  });

  test("forgets listens whose clients have gone, and ends them in the network", async () => {
    await using rig = await openProxiedNode();
    const listen = vi.spyOn(rig.node, "listen");
    const sockets = await Promise.all(Array.from({ length: 20 }, () => rawConnection(rig.port)));
    for (const socket of sockets) socket.write("GET /key/k/listen HTTP/1.1\r\nHost: x\r\n\r\n");
    await expect.poll(() => rig.proxy.stats.listens).toBe(20);
    const cancels = listen.mock.results.map(({ value }) => vi.spyOn(value, "cancel"));
    for (const socket of sockets) socket.destroy();
    await expect.poll(() => rig.proxy.stats.listens).toBe(0);
    expect(cancels.map((cancel) => cancel.mock.calls.length)).toEqual(Array(20).fill(1));
  });
});

describe("a client that wants too much", () => {
  test("is refused its listens, puts and bytes, and told when to come back", async () => {
    const limits = { maxListensPerClient: 1, maxPutsPerSecondPerClient: 2, maxBytesPerClient: 100 };
    await using rig = await openProxiedNode({ limits });
    const stop = new AbortController();
    await fetch(rig.url("/key/k/listen"), { signal: stop.signal });
    const second = await fetch(rig.url("/key/k/listen"));
    expect([second.status, await second.text()]).toEqual([429, '{"err":"Too many listens"}']);
    expect(second.headers.get("retry-after")).toBe("10");
    stop.abort();
    const large = await fetch(rig.url("/key/k"), post(`{"data":"${"A".repeat(200)}"}`));
    expect([large.status, await large.text()]).toEqual([429, '{"err":"Too many bytes"}']);
    const puts = await Promise.all(Array.from({ length: 8 }, () => fetch(rig.url("/key/k"), post("{}"))));
    const statuses = puts.map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(4);
  });

  test("is refused what it asks for beyond its requests under way, pipelined ones too, and a ping too many", async () => {
    await using rig = await openProxiedNode({ limits: { maxRequestsPerClient: 3, maxPutsPerSecondPerClient: 1 } });
    const socket = await rawConnection(rig.port);
    let received = "";
    socket.on("data", (text) => {
      received += text;
    });
    socket.write("GET /key/k HTTP/1.1\r\n\r\n".repeat(20));
    await expect.poll(() => received.split("HTTP/1.1 ").length, { timeout: 20_000 }).toBe(21);
    expect(received).toContain("429 Too Many Requests");
    expect(received).toContain('{"err":"Too many requests"}');
    expect((await fetch(rig.url("/key/k"))).status).toBe(200);
    const ping = () => fetch(rig.url("/node/pingPush"), post('{"key":"T"}'));
    const statuses = [(await ping()).status, (await ping()).status, (await ping()).status, (await ping()).status];
    expect(statuses).toContain(429);
    socket.destroy();
  });

  test("gets no more connections than it may have, not even by not saying anything on them", async () => {
    const identity = await generateEcIdentity("server");
    const tls = { certificate: identity.certificate.pem(), key: await identity.key.serialize() };
    await using rig = await openProxiedNode({ tls, limits: { maxConnectionsPerClient: 2 } });
    const sockets = [await rawConnection(rig.port), await rawConnection(rig.port)];
    await once(await rawConnection(rig.port), "close");
    for (const socket of sockets) socket.destroy();
    const shakesHands = () =>
      new Promise((resolve) => {
        const socket = connect({ port: rig.port, host: "127.0.0.1", rejectUnauthorized: false }, () => resolve(true));
        socket.on("secureConnect", () => socket.destroy()).on("error", () => resolve(false));
      });
    await expect.poll(shakesHands, { timeout: 20_000 }).toBe(true);
  });

  test("gets no more connections than it may have", async () => {
    await using rig = await openProxiedNode({ limits: { maxConnectionsPerClient: 2 } });
    const first = await rawConnection(rig.port);
    await rawConnection(rig.port);
    const third = await rawConnection(rig.port);
    await once(third, "close");
    first.destroy();
    await expect
      .poll(async () =>
        fetch(rig.url("/healthz")).then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .toBe(200);
  });

  test("gets no more subscriptions and permanent puts than there may be", async () => {
    await using rig = await openProxiedNode({ limits: { maxSubscriptionsPerClient: 1, maxPermanentPuts: 1 } });
    const subscribe = (token: string) =>
      fetch(rig.url("/key/k"), { method: "SUBSCRIBE", body: JSON.stringify({ key: token }) });
    expect((await subscribe("A")).status).toBe(200);
    expect((await subscribe("A")).status).toBe(200);
    expect((await subscribe("B")).status).toBe(429);
    const permanent = (id: number) => fetch(rig.url("/key/k"), post(JSON.stringify({ id, permanent: true })));
    expect((await permanent(1)).status).toBe(200);
    expect((await permanent(2)).status).toBe(503);
    expect((await permanent(1)).status).toBe(200);
  });

  test("gets no more permanent puts than one client may have, and room again with each that ends", async () => {
    await using rig = await openProxiedNode({ limits: { maxPermanentPutsPerClient: 1 } });
    const permanent = async (id: number) => {
      const { status } = await fetch(rig.url("/key/k"), post(JSON.stringify({ id, permanent: true })));
      return status;
    };
    expect([await permanent(1), await permanent(2), await permanent(1)]).toEqual([200, 429, 200]);
    expect((await fetch(rig.url("/key/k/1"), { method: "DELETE" })).status).toBe(200);
    expect([await permanent(2), await permanent(1)]).toEqual([200, 429]);
  });
});
