import { InfoHash, Value, Where } from "@hashmere/dht/engine";
import { describe, expect, test } from "vitest";
import { ClientRig, settle } from "./client-rig.ts";

const KEY = InfoHash.get("room");

describe("through a proxy", () => {
  test("what was put can be got", async () => {
    const client = await new ClientRig().open();
    const put = await client.put("room", "hello");
    expect(put).toMatchObject({ ok: true, asked: 1, acknowledged: 1, refused: 0 });
    const [value] = await client.getAll("room");
    expect(value?.text()).toBe("hello");
    expect(value?.id).toBe(put.value.id);
  });

  test("the client is who the proxy is, and as well connected", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    expect(client.nodeId.equals(rig.proxy.nodeId)).toBe(true);
    expect([client.status, client.status4, client.status6]).toEqual(["connected", "connected", "disconnected"]);
    expect(client.getPublicAddress().map(({ host }) => host)).toEqual(["127.0.0.1"]);
  });

  test("what is done before the proxy has answered waits for it", async () => {
    const rig = new ClientRig();
    const opening = rig.open();
    const client = await opening;
    expect((await client.put("room", "early")).ok).toBe(true);
  });

  test("a proxy that is about to connect is asked at once: it waits itself", async () => {
    const rig = new ClientRig();
    rig.proxy.good = 0;
    rig.proxy.dubious = 2;
    const client = await rig.open();
    expect(client.status).toBe("connecting");
    expect((await client.put("room", "x")).ok).toBe(true);
  });

  test("a put asks for nothing that a browser would have to ask permission for", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    await client.put("room", "hello");
    const [post] = rig.proxy.seen("POST");
    expect(Object.fromEntries(post?.headers ?? [])).toEqual({ "content-type": "text/plain;charset=UTF-8" });
    expect(post?.path).toBe(`http://proxy/key/${KEY}`);
  });

  test("what a proxy refuses is a result that says why", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    rig.proxy.override = ({ method }) =>
      method === "POST" ? new Response('{"err":"Put failed"}', { status: 502 }) : undefined;
    const put = await client.put("room", "hello");
    expect(put).toMatchObject({ ok: false, refused: 1, error: { code: "ERR_PROXY_REFUSED" } });
    expect(put.error?.message).toContain("502: Put failed");
    expect(client.status).toBe("connected");
  });

  test("a proxy that is gone is a result, too", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    rig.proxy.crash();
    expect((await client.put("room", "hello")).ok).toBe(false);
    expect(client.status).toBe("disconnected");
    expect((await client.get("room").done).ok).toBe(false);
  });

  test("where clauses and filters are judged by the client", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    for (const id of [1n, 2n, 3n]) rig.proxy.put(KEY, new Value({ id, userType: id === 2n ? "b" : "a" }));
    const found = await client.getAll("room", { where: Where.all.userType("a"), filter: ({ id }) => id > 1n });
    expect(found.map(({ id }) => id)).toEqual([3n]);
  });

  test("a query picks the fields of values that were got whole", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    rig.proxy.put(KEY, new Value({ id: 7n, userType: "chat" }));
    rig.proxy.put(KEY, new Value({ id: 8n }));
    expect(await Array.fromAsync(client.query("room", "SELECT id WHERE user_type=chat"))).toEqual([{ id: 7n }]);
  });

  test("lines may be split anywhere, and what can't be read makes the get fail without hiding the rest", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    const bytes = new TextEncoder().encode('{"id":"1","data":"aGk="}\n{"id":"2","utype":"é"}\nnonsense\n{"id":"3"}');
    rig.proxy.override = ({ path }) => {
      if (!path.includes("/key/")) return undefined;
      return new Response(ReadableStream.from([...bytes].map((byte) => Uint8Array.of(byte))));
    };
    const stream = client.get("room");
    const values = await Array.fromAsync(stream);
    expect(values.map(({ id, userType }) => [id, userType])).toEqual([
      [1n, ""],
      [2n, "é"],
      [3n, ""],
    ]);
    expect((await stream.done).ok).toBe(false);
  });

  test("a line without end is not read to its end", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    let chunks = 0;
    rig.proxy.override = ({ path }) =>
      path.includes("/key/")
        ? new Response(
            new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(65_536).fill(++chunks && 65)) }),
          )
        : undefined;
    expect((await client.get("room").done).ok).toBe(false);
    expect(chunks).toBeLessThan(40);
  });

  test("an answer without end is not read to its end either", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    const line = `{"data":"${"A".repeat(1 << 19)}","id":"1"}\n`;
    const bytes = new TextEncoder().encode(line);
    let lines = 0;
    rig.proxy.override = ({ path }) => {
      if (!path.includes("/key/")) return undefined;
      return new Response(
        new ReadableStream({
          pull(stream) {
            lines++;
            stream.enqueue(bytes);
          },
        }),
      );
    };
    expect((await client.get("room").done).ok).toBe(false);
    expect(lines * line.length).toBeLessThan(140 << 20);
    expect(client.status).toBe("connected");
  });

  test("leaving a get's loop ends its request; an abort rejects with its reason", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    rig.proxy.put(KEY, new Value({ id: 1n }));
    expect((await client.getFirst("room"))?.id).toBe(1n);
    rig.proxy.override = ({ path }) => (path.includes("/key/") ? "hang" : undefined);
    const abort = new AbortController();
    const all = client.getAll("room", { signal: abort.signal });
    abort.abort(new Error("enough"));
    await expect(all).rejects.toThrow("enough");
    expect(client.status).toBe("connected");
  });

  test("a proxy that never answers is given up", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    rig.proxy.override = ({ path }) => (path.includes("/key/") ? "hang" : undefined);
    const put = client.put("room", "hello");
    await rig.pass(121_000);
    expect(await put).toMatchObject({ ok: false, error: { code: "ERR_PROXY_TIMEOUT" } });
  });

  test("without keys nothing is signed or encrypted", async () => {
    const client = await new ClientRig().open();
    expect(await client.putSigned("room", "x")).toMatchObject({ ok: false, error: { code: "ERR_NO_IDENTITY" } });
    const nobody = InfoHash.get("bob");
    expect(await client.putEncrypted("room", nobody, "x")).toMatchObject({
      ok: false,
      error: { code: "ERR_NO_IDENTITY" },
    });
    expect(await client.findCertificate(nobody)).toBeNull();
  });

  test("an unsigned value never takes the place of a signed one", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    const signed = new Value({ id: 5n, owner: Uint8Array.of(1), signature: Uint8Array.of(2), data: Uint8Array.of(3) });
    await client.put("room", signed);
    expect(await client.put("room", new Value({ id: 5n }))).toMatchObject({
      ok: false,
      error: { code: "ERR_UNSIGNED_EDIT" },
    });
    expect(rig.proxy.seen("POST")).toHaveLength(1);
  });

  test("redirects are followed with the same method and body, five of them", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    let hops = 5;
    rig.proxy.override = ({ method, path }) => {
      if (method !== "POST" || hops-- <= 0) return undefined;
      return new Response(null, { status: 302, headers: { Location: path } });
    };
    expect((await client.put("room", "x")).ok).toBe(true);
    hops = 6;
    expect(await client.put("room", "x")).toMatchObject({ ok: false, error: { code: "ERR_PROXY_REFUSED" } });
  });

  test("who one is goes to the proxy, and not where it redirects to", async () => {
    const rig = new ClientRig(["proxy", "elsewhere"]);
    const client = await rig.open({ url: "http://proxy", authorization: "Bearer secret" });
    rig.proxy.override = ({ method }) =>
      method === "POST"
        ? new Response(null, { status: 301, headers: { Location: "http://elsewhere/x/y" } })
        : undefined;
    await client.put("room", "x");
    expect(rig.proxy.seen("POST")[0]?.headers.get("authorization")).toBe("Bearer secret");
    expect(rig.proxies.elsewhere?.requests[0]?.headers.get("authorization")).toBeNull();
  });

  test("no more than 64 requests are under way at a time", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    rig.proxy.override = ({ method }) => (method === "POST" ? "hang" : undefined);
    const puts = Array.from({ length: 100 }, () => client.put("room", "x"));
    await settle();
    expect(rig.proxy.seen("POST")).toHaveLength(64);
    for (const put of puts) put.cancel();
    expect((await Promise.all(puts)).every(({ ok }) => !ok)).toBe(true);
  });

  test("the end fails what is under way, and nothing is begun after it", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    rig.proxy.override = ({ method }) => (method === "POST" ? "hang" : undefined);
    const put = client.put("room", "x");
    await client.join();
    expect((await put).ok).toBe(false);
    expect((await client.put("room", "y")).ok).toBe(false);
    expect(() => client.listen("room")).toThrow("run()");
    expect(rig.clock.pending).toBe(0);
  });

  test.each(["", "ftp://x", []])("%j names no proxy", async (url) => {
    await expect(new ClientRig().open({ url })).rejects.toMatchObject({ code: "ERR_PROXY_URL" });
  });
});
