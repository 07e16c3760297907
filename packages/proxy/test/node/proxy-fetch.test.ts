import { generateEcIdentity, type Identity } from "@hashmere/crypto";
import { DhtRunner } from "@hashmere/dht";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { ProxyClient } from "../../src/client/index.ts";
import { ProxyServer, proxyFetch } from "../../src/node/index.ts";

let authority: Identity;
let club: Identity;
let server: Identity;
let member: Identity;
let stranger: Identity;

beforeAll(async () => {
  authority = await generateEcIdentity("authority");
  club = await generateEcIdentity("club");
  server = await generateEcIdentity("localhost", { issuer: authority });
  member = await generateEcIdentity("member", { issuer: club });
  stranger = await generateEcIdentity("stranger");
});

/** A proxy over TLS that only lets members in, with a network of two nodes. */
async function startProxy(): Promise<string> {
  const network = { bind4: "127.0.0.1", bind6: null, network: 78 };
  const other = await DhtRunner.run(network);
  const dht = await DhtRunner.run({ ...network, bootstrap: `127.0.0.1:${other.getBound(4)?.port}` });
  await dht.connected();
  const proxy = await ProxyServer.open({
    dht,
    port: 0,
    host: "127.0.0.1",
    dashboard: false,
    tls: {
      certificate: server.certificate.pem(),
      key: await server.key.serialize(),
      clientCa: club.certificate.pem(),
    },
  });
  onTestFinished(async () => {
    await proxy.close();
    await Promise.all([dht.join(), other.join()]);
  });
  return `https://localhost:${new URL(proxy.url).port}`;
}

describe("a client with its own certificates", () => {
  test("is let in as a member, and sees that the proxy is the right one", async () => {
    const url = await startProxy();
    const fetch = await proxyFetch({ serverCa: authority.certificate.pem(), identity: member });
    await using client = await ProxyClient.open({ url, fetch });
    await client.connected();
    expect((await client.put("room", "hey")).ok).toBe(true);
    for await (const { value } of client.listen("room")) {
      expect(value.text()).toBe("hey");
      break;
    }
  });

  test("goes nowhere as a stranger, or where the proxy is one", async () => {
    const url = await startProxy();
    const serverCa = authority.certificate.pem();
    const attempts = [{ serverCa, identity: stranger }, { serverCa }, { identity: member }, {}];
    const told: unknown[] = [];
    for (const options of attempts) {
      const client = await ProxyClient.open({ url, fetch: await proxyFetch(options) });
      onTestFinished(() => client.join());
      client.addEventListener("error", ({ error }) =>
        told.push(/want a certificate|certificate shown|NODE_EXTRA_CA_CERTS/.exec(error.message)?.[0]),
      );
      expect((await client.put("room", "hey")).ok).toBe(false);
      expect(client.status).toBe("disconnected");
    }
    expect(told).toEqual(["certificate shown", "want a certificate", "NODE_EXTRA_CA_CERTS", "NODE_EXTRA_CA_CERTS"]);
  });
});

test("authorities that are no certificates are told as such", async () => {
  await expect(proxyFetch({ serverCa: "no" })).rejects.toThrow("are they certificates, in PEM?");
});
