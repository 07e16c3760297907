import { Server } from "node:http";
import fastify, { type FastifyInstance } from "fastify";
import { expect, onTestFinished, test } from "vitest";
import { ProxyServerError } from "../../src/index.ts";
import { listen } from "../../src/node/listen.ts";

/** An app on a machine whose kernel answers so when it is asked for a socket of IPv6; and where it was told to listen. */
function appWithout(code: string): { app: Pick<FastifyInstance, "listen" | "server">; hosts: (string | undefined)[] } {
  const app = fastify();
  onTestFinished(() => app.close());
  const { listen: listenNow } = Server.prototype;
  const hosts: (string | undefined)[] = [];
  app.server.listen = function (this: Server, ...given: unknown[]) {
    const [options] = given as [{ readonly host?: string }]; // fastify gives an object, always
    hosts.push(options.host);
    if (!options.host?.includes(":")) return Reflect.apply(listenNow, this, given);
    const error = Object.assign(new Error(`listen ${code}: ${options.host}`), { code });
    process.nextTick(() => this.emit("error", error));
    return this;
  };
  return { app, hosts };
}

test.each(["EAFNOSUPPORT", "EADDRNOTAVAIL"])(
  "a proxy that is to listen everywhere listens on IPv4 where there is no IPv6 (%s)",
  async (code) => {
    const { app, hosts } = appWithout(code);
    const url = await listen(app, { port: 0 });
    expect(hosts).toEqual(["::", "0.0.0.0"]);
    expect(url).toMatch(/^http:\/\/localhost:\d+$/);
    expect((await fetch(url.replace("localhost", "127.0.0.1"))).status).toBe(404);
  },
);

test("a proxy that is to listen at one address listens nowhere else", async () => {
  const { app, hosts } = appWithout("EAFNOSUPPORT");
  await expect(listen(app, { port: 0, host: "::1" })).rejects.toThrow(ProxyServerError);
  expect(hosts).toEqual(["::1"]);
});

test("a port that is taken is no lack of IPv6", async () => {
  const { app, hosts } = appWithout("EADDRINUSE");
  await expect(listen(app, { port: 80 })).rejects.toThrow("choose another port");
  expect(hosts).toEqual(["::"]);
});
