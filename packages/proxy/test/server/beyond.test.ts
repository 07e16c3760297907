import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, test } from "vitest";
import { openProxiedNode, type ProxiedNode } from "../support/proxied-node.ts";
import { rawExchange } from "../support/raw-http.ts";

// What the original has not.

describe("server-sent events", () => {
  test("bring what a listen brings", async () => {
    await using rig = await openProxiedNode();
    const stop = new AbortController();
    const headers = { accept: "text/event-stream" };
    const response = await fetch(rig.url("/key/k/listen"), { headers, signal: stop.signal });
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    await rig.peer.put("k", "news");
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const { value } = (await reader?.read()) ?? {};
    expect(value).toMatch(/^data: \{"data":"bmV3cw==","id":"\d+","type":0,"utype":"text\/plain"\}\n\n$/);
    stop.abort();
  });

  test("of a get come to an end", async () => {
    await using rig = await openProxiedNode();
    await rig.peer.put("k", "there");
    const text = await (await fetch(rig.url("/key/k"), { headers: { accept: "text/event-stream" } })).text();
    expect(text).toMatch(/^data: \{.*\}\n\nevent: end\ndata: \{\}\n\n$/);
  });
});

test("a permanent put can be ended by the client who made it", async () => {
  await using rig = await openProxiedNode();
  const client = { client_id: "c", key: "T" };
  await fetch(rig.url("/key/k"), { method: "POST", body: JSON.stringify({ id: 7, permanent: client }) });
  expect(rig.proxy.stats.permanentPuts).toBe(1);
  const end = (body?: string) => fetch(rig.url("/key/k/7"), { method: "DELETE", ...(body && { body }) });
  expect((await end()).status).toBe(404);
  expect((await end(JSON.stringify(client))).status).toBe(200);
  expect(rig.proxy.stats.permanentPuts).toBe(0);
});

test("a permanent put whose warning can go nowhere is put all the same, for the sake of the value", async () => {
  await using rig = await openProxiedNode();
  const permanent = { client_id: "c", key: "http://127.0.0.1:9/x", platform: "unifiedpush" };
  const put = await fetch(rig.url("/key/k"), { method: "POST", body: JSON.stringify({ id: 7, permanent }) });
  expect([put.status, rig.proxy.stats.permanentPuts]).toEqual([200, 1]);
});

test("every route answers a browser that asks what it may", async () => {
  await using rig = await openProxiedNode();
  const paths = ["/", "/k", "/node/info", "/key/k", "/key/k/listen", "/key/k/7", "/key/k/sign", "/node/pingPush"];
  for (const path of paths) {
    const response = await fetch(rig.url(path), { method: "OPTIONS" });
    expect([path, response.status]).toEqual([path, 200]);
    expect(response.headers.get("access-control-allow-methods")).toContain("SUBSCRIBE");
    expect(response.headers.get("access-control-allow-headers")).toContain("authorization");
  }
});

test("what isn't the original's tells monitors how it would answer, without a body", async () => {
  await using rig = await openProxiedNode();
  for (const path of ["/healthz", "/metrics", "/docs", "/openapi.json", "/dashboard/"]) {
    const [head, whole] = [await fetch(rig.url(path), { method: "HEAD" }), await fetch(rig.url(path))];
    expect([path, head.status, await head.text()]).toEqual([path, 200, ""]);
    expect(head.headers.get("content-type")).toBe(whole.headers.get("content-type"));
    await whole.body?.cancel();
  }
});

describe("a proxy with tokens", () => {
  test("lets in who presents one, and tells everybody how it is", async () => {
    await using rig = await openProxiedNode({ auth: { tokens: ["open", "sesame"] } });
    const status = async (path: string, authorization = "") =>
      (await fetch(rig.url(path), { headers: { authorization } })).status;
    expect(await status("/key/k")).toBe(401);
    expect(await status("/key/k", "Bearer wrong")).toBe(401);
    expect(await status("/key/k", "Basic sesame")).toBe(401);
    expect(await status("/key/k", "Bearer sesame")).toBe(200);
    expect(await status("/metrics")).toBe(401);
    expect(await status("/healthz")).toBe(200);
  });

  test.each([
    [429, { maxTicketsPerClient: 2 }],
    [503, { maxTickets: 2 }],
  ])(
    "give no more tickets than one client may have, or all together: %d, and another for each that is used",
    async (refusal, limits) => {
      await using rig = await openProxiedNode({ limits, auth: { tokens: ["sesame"] } });
      const take = () =>
        fetch(rig.url("/node/ticket"), { method: "POST", headers: { authorization: "Bearer sesame" } });
      const [first, second, third] = [await take(), await take(), await take()];
      expect([first.status, second.status, third.status]).toEqual([200, 200, refusal]);
      expect(await third.text()).toBe('{"err":"Too many tickets"}');
      const { ticket } = (await first.json()) as Record<string, string>;
      await fetch(rig.url(`/key/k?ticket=${ticket}`), { headers: { accept: "text/event-stream" } });
      expect([(await take()).status, (await take()).status]).toEqual([200, refusal]);
    },
  );

  test("give tickets for streams of events in browsers, each good for one", async () => {
    await using rig = await openProxiedNode({ auth: { tokens: ["sesame"] } });
    const post = (authorization: string) =>
      fetch(rig.url("/node/ticket"), { method: "POST", headers: { authorization } });
    expect((await post("Bearer wrong")).status).toBe(401);
    const { ticket, expires_in } = (await (await post("Bearer sesame")).json()) as Record<string, string>;
    expect(expires_in).toBe(30);
    const asked = async (path: string, headers: Record<string, string>, method = "GET") => {
      const response = await fetch(rig.url(path), { method, headers });
      await response.body?.cancel();
      return response.status;
    };
    const events = { accept: "text/event-stream" };
    expect(await asked(`/key/k?ticket=${ticket}`, {})).toBe(401);
    expect(await asked(`/key/k?ticket=${ticket}`, events, "POST")).toBe(401);
    expect(await asked("/key/k/listen?ticket=another", events)).toBe(401);
    for (const path of ["/node/info", "/node/stats", "/metrics", "/nothing/there"])
      expect([path, await asked(`${path}?ticket=${ticket}`, events)]).toEqual([
        path,
        path === "/nothing/there" ? 501 : 401,
      ]);
    expect(await asked(`/key/k/listen?heartbeat=5&ticket=${ticket}`, events)).toBe(200);
    expect(await asked(`/key/k/listen?ticket=${ticket}`, events)).toBe(401);
  });
});

describe("health", () => {
  test("is as good as the node's network", async () => {
    await using rig = await openProxiedNode();
    const health = async () => {
      const response = await fetch(rig.url("/healthz"));
      return [response.status, ((await response.json()) as { status: string }).status];
    };
    expect(await health()).toEqual([200, "connected"]);
    await rig.node.join();
    expect(await health()).toEqual([503, "alone"]);
    expect((await fetch(rig.url("/"))).status).toBe(503);
  });

  test("of a proxy without network is bad", async () => {
    await using rig = await openProxiedNode();
    rig.node.clearBootstrap();
    await rig.peer.join();
    rig.node.connectivityChanged();
    await expect.poll(async () => (await fetch(rig.url("/healthz"))).status, { timeout: 60_000 }).toBe(503);
  });
});

describe("a push subscription", () => {
  const ask = async (rig: ProxiedNode, method: string, path: string, target: object) => {
    const response = await fetch(rig.url(path), {
      method,
      body: JSON.stringify({ platform: "unifiedpush", ...target }),
    });
    return [response.status, await response.text()];
  };
  const unreachable = [
    400,
    '{"err":"No push can go there: the token must be a public https URL, the topic empty or two keys"}',
  ];

  test.each([
    { key: "http://127.0.0.1:9/x" },
    { key: "http://push.example/x" },
    { key: "https://localhost/x" },
    { key: "https://push.localhost./x" },
    { key: "https://192.168.1.1/x" },
    { key: "https://[::1]/x" },
    { key: "not a url" },
    { key: "https://push.example/x", topic: "no|keys" },
  ])("is refused where no push can ever go: %o", async (target) => {
    await using rig = await openProxiedNode();
    expect(await ask(rig, "SUBSCRIBE", "/key/k", target)).toEqual(unreachable);
    expect(await ask(rig, "POST", "/node/pingPush", target)).toEqual(unreachable);
    expect(rig.proxy.stats.pushListeners).toBe(0);
  });

  test("is taken for public servers, private ones where they are allowed, and whatever the gateway knows", async () => {
    await using rig = await openProxiedNode({ push: { allowPrivateEndpoints: true } });
    for (const target of [
      { key: "https://push.example/x" },
      { key: "http://127.0.0.1:9/x" },
      { key: "a token", platform: "android" },
    ])
      expect(await ask(rig, "SUBSCRIBE", "/key/k", target)).toEqual([200, "{}\n"]);
    expect(await ask(rig, "SUBSCRIBE", "/key/k", { key: "not a url" })).toEqual(unreachable);
  });

  test("with too much text is told so", async () => {
    await using rig = await openProxiedNode();
    expect(await ask(rig, "SUBSCRIBE", "/key/k", { key: "x".repeat(5_000) })).toEqual([
      400,
      '{"err":"The texts that tell where pushes go are too long"}',
    ]);
  });
});

test("requests are counted by their route, whatever became of them", async () => {
  await using rig = await openProxiedNode({ limits: { maxBodyBytes: 10 } });
  for (const body of ["{}", "{bad", "x".repeat(11)]) await fetch(rig.url("/key/k"), { method: "POST", body });
  const metrics = await (await fetch(rig.url("/metrics"))).text();
  for (const status of [200, 400, 413])
    expect(metrics).toContain(`requests_total{route="POST /key/:hash",status="${status}"} 1\n`);
});

test("metrics are what Prometheus reads", async () => {
  await using rig = await openProxiedNode();
  await fetch(rig.url("/key/k"));
  const lines = (await (await fetch(rig.url("/metrics"))).text()).trimEnd().split("\n");
  for (const line of lines)
    expect(line).toMatch(/^(# (HELP|TYPE) hashmere_proxy_\w+ .+|hashmere_proxy_\w+(\{(\w+="[^"]*",?)+\})? [\d.e+]+)$/);
  expect(lines).toContain('hashmere_proxy_requests_total{route="GET /key/:hash",status="200"} 1');
  expect(lines).toContain("hashmere_proxy_lookups 0");
});

test("the page about the interface has examples that work where it was asked for", async () => {
  await using rig = await openProxiedNode();
  const page = await (await fetch(rig.url("/docs"))).text();
  expect(page).toContain(`curl ${rig.proxy.url}/key/room`);
  const made = await rawExchange(rig.port, "GET /docs HTTP/1.1\r\nHost: x' | evil\r\nConnection: close\r\n\r\n");
  expect(made.body).not.toContain("evil");
});

test("behind a web server that is trusted, the examples are as that server is asked", async () => {
  await using rig = await openProxiedNode({ trustProxy: ["loopback"] });
  const headers = { "X-Forwarded-Proto": "https" };
  const page = await (await fetch(rig.url("/docs"), { headers })).text();
  expect(page).toContain(`curl https://127.0.0.1:${rig.port}/key/room`);
});

test("the description is valid, and names every route", async () => {
  await using rig = await openProxiedNode();
  const document = await (await fetch(rig.url("/openapi.json"))).text();
  expect(await new Validator().validate(document)).toEqual({ valid: true });
  const { openapi, paths } = JSON.parse(document) as {
    openapi: string;
    paths: Record<string, Record<string, Record<string, unknown>>>;
  };
  expect(openapi).toBe("3.2.0");
  expect(Object.keys(paths["/key/{hash}"] ?? {}).sort()).toEqual(["additionalOperations", "get", "post"]);
  expect(Object.keys(paths["/key/{hash}"]?.additionalOperations ?? {})).toEqual(["SUBSCRIBE", "UNSUBSCRIBE"]);
  const heartbeat = { name: "heartbeat", in: "query", schema: { type: "integer", minimum: 5, maximum: 300 } };
  expect(paths["/key/{hash}/listen"]?.get?.parameters).toContainEqual(expect.objectContaining(heartbeat));
  const page = await (await fetch(rig.url("/docs"))).text();
  for (const path of ["/key/:hash/listen", "/node/pingPush", "/metrics"]) expect(page).toContain(path);
  expect(page).toContain("with <code>permanent</code>");
});

describe("the page", () => {
  test("is where browsers are led, while clients get the node's information", async () => {
    await using rig = await openProxiedNode();
    const led = await fetch(rig.url("/"), { headers: { accept: "text/html,*/*" }, redirect: "manual" });
    expect([led.status, led.headers.get("location")]).toEqual([302, "dashboard/"]);
    expect(await (await fetch(rig.url("/"))).json()).toHaveProperty("node_id");
    expect((await rawExchange(rig.port, { method: "GET", url: "/dashboard/..%2fpackage.json" })).status).toBe(404);
  });

  test("is told how the node is, what it does, and how lookups go", async () => {
    await using rig = await openProxiedNode();
    const stop = new AbortController();
    const events = await fetch(rig.url("/dashboard/events"), { signal: stop.signal });
    const asked = await fetch(rig.url("/dashboard/lookup"), { method: "POST", body: '{"key":"k"}' });
    const { lookup } = (await asked.json()) as { lookup: string };
    const seen = new Set<string>();
    let rest = "";
    for await (const text of events.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const parts = (rest + text).split("\n\n");
      rest = parts.pop() ?? "";
      for (const part of parts) {
        const message = JSON.parse(part.replace(/^data: /, ""));
        seen.add(message.kind === "hop" ? `${message.step} ${message.lookup}` : message.kind);
      }
      if (seen.has(`done ${lookup}`) && seen.has("peers") && seen.has("traffic") && seen.has("store")) break;
    }
    expect(seen).toContain("node");
    expect(seen).toContain(`answered ${lookup}`);
    stop.abort();
  });

  test("can be left out", async () => {
    await using rig = await openProxiedNode({ dashboard: false });
    const response = await fetch(rig.url("/"), { headers: { accept: "text/html" } });
    expect(await response.json()).toHaveProperty("node_id");
  });
});
