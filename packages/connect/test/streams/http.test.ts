import { createServer, get, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import type { Dispatcher } from "undici";
import { describe, expect, test } from "vitest";
import { ChannelAgent, ChannelListener, channelDispatcher } from "../../src/streams/index.ts";
import { DEVICE, TwoDevices } from "./two-devices.ts";

const URL_OF_DEVICE = `http://${DEVICE}/path?query=1`;

function devices() {
  const two = new TwoDevices();
  const listener = new ChannelListener(two.acceptor, "web");
  const server = createServer(async (incoming, response) => {
    const body = await text(incoming);
    response.setHeader("x-host", incoming.headers.host ?? "");
    response.end(`${incoming.method} ${incoming.url} ${body}`);
  });
  listener.serve(server);
  return { ...two, listener, server };
}

describe("fetch", () => {
  test("reaches a server behind a public key", async () => {
    const { opener } = devices();
    const dispatcher = channelDispatcher(opener, "web");
    const response = await page(dispatcher);
    expect(await response.text()).toBe("GET /path?query=1 ");
    expect(response.headers.get("x-host")).toBe(DEVICE);
    const posted = await page(dispatcher, { method: "POST", body: "form" });
    expect(await posted.text()).toBe("POST /path?query=1 form");
    await dispatcher.close();
  });

  test("uses a channel again, and many at a time", async () => {
    const { opener, pair, listener } = devices();
    const dispatcher = channelDispatcher(opener, "web");
    const single = channelDispatcher(opener, "web", { connections: 1 });
    for (let i = 0; i < 5; i++) await (await page(single)).text();
    expect(listener.connections).toBe(1);
    const many = Array.from({ length: 20 }, async () => (await page(dispatcher)).text());
    expect(new Set(await Promise.all(many))).toEqual(new Set(["GET /path?query=1 "]));
    expect(pair.a.channels.size).toBeGreaterThan(2);
    await Promise.all([dispatcher.close(), single.close()]);
  });

  test("carries a body of megabytes, both ways", async () => {
    const { opener } = devices();
    const dispatcher = channelDispatcher(opener, "web");
    const body = "0123456789".repeat(300_000);
    const response = await page(dispatcher, { method: "PUT", body });
    expect((await response.text()).length).toBe("PUT /path?query=1 ".length + body.length);
    await dispatcher.close();
  });

  test("says why it failed", async () => {
    const { opener } = devices();
    const unknown = await failureOf(page(channelDispatcher(opener, "web"), {}, "http://nobody/"));
    expect(unknown).toMatchObject({ code: "ERR_NO_CERTIFICATE" });
    const declined = await failureOf(page(channelDispatcher(opener, "mail")));
    expect(declined).toMatchObject({ code: "ERR_DECLINED" });
    const secure = await failureOf(page(channelDispatcher(opener, "web"), {}, `https://${DEVICE}/`));
    expect(secure).toMatchObject({ code: "ERR_PROTOCOL" });
  });
});

describe("http.request", () => {
  test("reaches a server behind a public key, and uses the channel again", async () => {
    const { opener, listener } = devices();
    const agent = new ChannelAgent(opener, "web");
    for (let i = 0; i < 3; i++) expect(await text(await getResponse(URL_OF_DEVICE, agent))).toBe("GET /path?query=1 ");
    expect(listener.connections).toBe(1);
    agent.destroy();
  });

  test("takes a timeout, and says why it failed", async () => {
    const { opener } = devices();
    const agent = new ChannelAgent(opener, "web", { timeout: 60_000 });
    expect((await getResponse(URL_OF_DEVICE, agent)).statusCode).toBe(200);
    await expect(getResponse("http://nobody/", agent)).rejects.toMatchObject({ code: "ERR_NO_CERTIFICATE" });
    agent.destroy();
  });

  test("is told to upgrade by the server, and gets the bare stream", async () => {
    const { opener, server } = devices();
    server.on("upgrade", (_, socket) => {
      socket.write("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n");
      socket.pipe(socket);
    });
    const agent = new ChannelAgent(opener, "web");
    const headers = { connection: "upgrade", upgrade: "echo" };
    const { promise, resolve } = Promise.withResolvers<string>();
    request(URL_OF_DEVICE, { agent, headers })
      .on("upgrade", (_, socket) => {
        socket.end("over http, and beyond");
        text(socket).then(resolve);
      })
      .end();
    expect(await promise).toBe("over http, and beyond");
    agent.destroy();
  });
});

/** Node's own fetch, by a dispatcher of the undici package: their types don't know each other, they themselves do. */
function page(dispatcher: Dispatcher, init: RequestInit = {}, url = URL_OF_DEVICE): Promise<Response> {
  return fetch(url, { ...init, dispatcher } as unknown as RequestInit);
}

function getResponse(url: string, agent: ChannelAgent): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => get(url, { agent }, resolve).on("error", reject));
}

async function failureOf(response: Promise<Response>): Promise<unknown> {
  const error = await response.then(
    () => undefined,
    (reason) => reason,
  );
  return error?.cause;
}
