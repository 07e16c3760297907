import { InfoHash } from "@hashmere/dht/engine";
import { describe, expect, test } from "vitest";
import { type Exchange, vectors } from "../vectors/exchanges.ts";
import { ClientRig, settle } from "./client-rig.ts";

// What OpenDHT's own proxies answered is understood, and what its own clients ask for is what ours asks for.

const answered = vectors.exchanges.filter(({ response }) => response?.status === 200);
const infos = answered.filter(({ request }) => request.method === "GET" && ["/", "/node/info"].includes(request.url));
const streams = answered.filter(({ request, response }) => request.method === "GET" && response?.chunks);

function chunksOf({ response }: Exchange): string[] {
  return (response?.chunks ?? []).filter((chunk) => chunk !== "");
}

/** The value lines of an exchange, as JSON. */
function valuesIn(exchange: Exchange): { readonly id: string; readonly expired?: boolean }[] {
  const lines = chunksOf(exchange).join("").split("\n");
  return lines.filter((line) => line.trim() !== "").map((line) => JSON.parse(line));
}

describe("answers of OpenDHT's proxies", () => {
  test.each(infos.map((exchange) => [exchange.name, exchange] as const))("%s tells who it is", async (_, exchange) => {
    const rig = new ClientRig();
    rig.proxy.override = () => new Response(exchange.response?.body);
    const client = await rig.open();
    const info = JSON.parse(exchange.response?.body ?? "");
    expect(client.nodeId.toString()).toBe(info.node_id);
    expect(client.status).toBe(info.ipv4.good + info.ipv6.good > 0 ? "connected" : client.status);
    expect(client.getPublicAddress().map(({ host }) => host)).toEqual([info.public_ip.replace("::ffff:", "")]);
  });

  test.each(streams.map((exchange) => [exchange.name, exchange] as const))("%s is heard", async (_, exchange) => {
    const rig = new ClientRig();
    rig.proxy.override = ({ path }) => {
      if (!path.includes("/key/")) return undefined;
      return new Response(ReadableStream.from(chunksOf(exchange).map((chunk) => new TextEncoder().encode(chunk))));
    };
    const client = await rig.open();
    const expected = valuesIn(exchange);
    if (exchange.request.url.endsWith("/listen")) {
      const heard: unknown[] = [];
      const listener = client.listen("room");
      void (async () => {
        for await (const { value, expired } of listener) heard.push({ id: `${value.id}`, ...(expired && { expired }) });
      })();
      await settle();
      expect(heard).toEqual(expected.map(({ id, expired }) => ({ id, ...(expired && { expired }) })));
    } else {
      const stream = client.get("room");
      const values = await Array.fromAsync(stream);
      expect(values.map(({ id }) => `${id}`)).toEqual(expected.map(({ id }) => id));
      expect((await stream.done).ok).toBe(true);
    }
  });
});

describe("requests of OpenDHT's clients", () => {
  const ofClients = vectors.exchanges.filter(({ name }) => name.startsWith("client-4.3.1/"));
  const bodies = (method: string) =>
    ofClients.flatMap(({ request }) => (request.method === method && request.body ? [request] : []));

  test.each(
    bodies("POST")
      .filter(({ body }) => body?.includes("text/plain"))
      .map(({ body }) => [body ?? ""]),
  )("%s is what we post, but that we have drawn the id", async (recorded) => {
    const theirs = JSON.parse(recorded);
    const { permanent } = theirs;
    const push = typeof permanent === "object" ? { pushToken: permanent.key, clientId: permanent.client_id } : {};
    const rig = new ClientRig();
    const client = await rig.open(push);
    await client.put("room", Buffer.from(theirs.data, "base64").toString(), { permanent: permanent !== undefined });
    const ours = JSON.parse(rig.proxy.seen("POST")[0]?.body ?? "");
    const session = ours.permanent?.session_id;
    expect(ours.id).toMatch(/^[1-9]\d*$/);
    expect({ ...ours, id: "0" }).toEqual({
      ...theirs,
      ...(session && { permanent: { ...permanent, session_id: session } }),
    });
  });

  test.each(bodies("SUBSCRIBE").map(({ body }) => [body ?? ""]))("%s is what we subscribe with", async (recorded) => {
    const theirs = JSON.parse(recorded);
    const rig = new ClientRig();
    const client = await rig.open({ pushToken: theirs.key, clientId: theirs.client_id });
    client.listen("room");
    await settle();
    const [subscribe] = rig.proxy.seen("SUBSCRIBE", `/key/${InfoHash.get("room")}`);
    expect({ ...JSON.parse(subscribe?.body ?? ""), session_id: theirs.session_id }).toEqual(theirs);
  });
});
