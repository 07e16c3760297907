import { isDeepStrictEqual } from "node:util";
import { generateIdentity } from "@hashmere/crypto";
import { type DhtRunner, Value } from "@hashmere/dht";
import { describe, expect, test } from "vitest";
import { openProxiedNode, type ProxiedNode } from "../support/proxied-node.ts";
import { type RawResponse, rawExchange } from "../support/raw-http.ts";
import { type Exchange, vectors } from "../vectors/exchanges.ts";

/**
 * Where our answers differ from the recorded ones on purpose, by the exchange's name, and why. Users read the same list in
 * docs/proxy.md.
 */
const DELIBERATE: readonly (readonly [RegExp, string])[] = [
  [
    /^(2\.4\.12|3\.0\.1)\/put-data-(unpadded|urlsafe|invalid|newline)$/,
    "broken base64 is garbage there; we do as 4.3.1",
  ],
  [/^(2\.4\.12|3\.0\.1)\/put-pushtype-pt2$/, "push types exist since 3.7.9"],
  [/^(2\.4\.12|3\.0\.1)\/get-cypher$/, "the recorded proxy had an identity, and hid what it couldn't decrypt"],
  [
    /\/(method-|head$|put-method$|delete$|unknown-path$|get-by-value-id$|(sign|encrypt)-without-|unsubscribe-no-token$)/,
    "what isn't known there gets no body, or no answer; here it is told",
  ],
  [/\/options-/, "OPTIONS works on every route, and names the methods that exist"],
  [/\/pingpush$|^2\.4\.12\/pingpush-no-token$/, "2.4.12 has no ping; later ones never answer it"],
  [/\/node-(stats|info)|\/connection-close$/, "numbers are of the node; storage and ports are told since 4.0"],
];

describe.each(["2.4.12", "3.0.1", "4.3.1"])(
  "what was asked of a proxy %s is answered by ours in the same way",
  (version) => {
    test("but for what is listed", async () => {
      await using rig = await openProxiedNode();
      const differing: string[] = [];
      const asked = vectors.exchanges.filter(({ name }) => name.startsWith(`${version}/`));
      for (const recorded of asked) {
        await prepare(rig, recorded);
        const ours = await replay(rig, recorded);
        if (!isSame(recorded, ours)) differing.push(recorded.name);
      }
      const listed = asked.map(({ name }) => name).filter((name) => DELIBERATE.some(([pattern]) => pattern.test(name)));
      expect(differing).toEqual(listed);
    });
  },
);

describe.each(["client-2.4.12", "client-3.0.1", "client-4.3.1"])("what a real proxy client sent (%s)", (version) => {
  test("is answered as a real proxy did", async () => {
    await using rig = await openProxiedNode();
    for (const recorded of vectors.exchanges.filter(({ name }) => name.startsWith(`${version}/`))) {
      const ours = await replay(rig, recorded);
      expect([recorded.name, ours.status]).toEqual([recorded.name, recorded.response?.status]);
      if (recorded.request.url !== "/")
        expect(headersOf(ours.headers)).toEqual(headersOf(recorded.response?.headers ?? []));
    }
  });
});

test("values that expire are told as real proxies told it", async () => {
  for (const recorded of vectors.exchanges.filter(({ name }) => name === "listen-expire")) {
    await using rig = await openProxiedNode();
    const { node, peer } = rig;
    for (const id of [0, 3])
      for (const each of [node, peer]) each.registerInsecureType({ id, name: "brief", expirationMs: 2_000 });
    const { method, url, headers } = recorded.request;
    const heard = rawExchange(rig.port, { method, url, headers }, ({ chunks }) => chunks.length === 4);
    await peer.put(keyOf(url), new Value({ id: 31n, type: 3, data: new TextEncoder().encode("one") }));
    await peer.put(keyOf(url), aValue(32n, "two"));
    const ours = await heard;
    expect(headersOf(ours.headers)).toEqual(headersOf(recorded.response?.headers ?? []));
    expect(linesOf(ours.body)).toEqual(linesOf(recorded.response?.body ?? ""));
  }
});

test("what was asked of a proxy with an identity is answered by ours with one in the same way", async () => {
  const identity = await generateIdentity("proxy", { bits: 2048 });
  await using rig = await openProxiedNode({ identity }, { identity });
  const recordedId = "ff290ae20134abdb4fcac56bf67b49d406111051";
  const asked = vectors.exchanges.filter(({ name }) => name.startsWith("identity/"));
  // Numbers of the node, OPTIONS that name what exists, and another proxy, which had no identity.
  const others = ["identity/node-info", "identity/options", "identity/get-from-proxy-without-identity"];
  for (const recorded of asked.filter(({ name }) => !others.includes(name))) {
    const { request, response } = recorded;
    const body = request.body?.replaceAll(recordedId, `${rig.node.id}`) ?? null;
    const ours = await replay(rig, { ...recorded, request: { ...request, body } });
    expect([recorded.name, ours.statusLine]).toEqual([recorded.name, response?.statusLine]);
    expect(headersOf(ours.headers)).toEqual(headersOf(response?.headers ?? []));
    expect(withoutKeys(ours.body)).toEqual(
      withoutKeys((response?.body ?? "").replaceAll(recordedId, `${rig.node.id}`)),
    );
  }
  expect(asked.length).toBe(12);
});

/** What others had put before. */
async function prepare({ peer }: ProxiedNode, { name, request }: Exchange): Promise<void> {
  if (name.endsWith("/subscribe-again")) await peer.put(keyOf(request.url), aValue(9n, "one"));
}

function replay({ port, peer }: ProxiedNode, { name, request }: Exchange): Promise<RawResponse> {
  const { method, url, headers } = request;
  const version = name.endsWith("/http10-get") ? "1.0" : "1.1";
  const toHear = name.endsWith("/listen-stream") ? 2 : 1;
  let isAsked = false;
  return rawExchange(port, { method, url, headers, body: bodyOf(request), version }, ({ status, chunks }) => {
    if (!url.endsWith("/listen") || method !== "GET") return false;
    if (status === 200 && toHear === 2 && !isAsked) {
      isAsked = true;
      void putOneAndTwo(peer, keyOf(url));
    }
    return chunks.length >= toHear;
  });
}

/** What was too long for the recording is made up again. */
function bodyOf({ body }: Exchange["request"]): string | null {
  if (body?.includes("repeated")) return JSON.stringify({ data: "A".repeat(87_384) });
  return body?.includes("…") ? '{"data":"","id":"1","type":8}' : body;
}

async function putOneAndTwo(peer: DhtRunner, key: string): Promise<void> {
  await peer.put(key, aValue(7n, "one", "text/plain"));
  await peer.put(key, aValue(8n, "two"));
}

function aValue(id: bigint, text: string, userType = ""): Value {
  return new Value({ id, data: new TextEncoder().encode(text), userType });
}

function keyOf(url: string): string {
  return url.split("/")[2] ?? "";
}

function isSame({ response }: Exchange, ours: RawResponse): boolean {
  if (response === null) return ours.status === 0;
  return (
    response.statusLine === ours.statusLine &&
    isDeepStrictEqual(headersOf(response.headers ?? []), headersOf(ours.headers)) &&
    isDeepStrictEqual(linesOf(response.body ?? ""), linesOf(ours.body))
  );
}

/** Every identity has its own key, and signs as it likes. */
function withoutKeys(body: string): string {
  return body.replaceAll(/"(owner|sig)":"[^"]*"/g, '"$1":""');
}

/** In their order; what the body has made of its length is compared with the body. */
function headersOf(headers: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  return headers.map(([name, value]) => [name, name === "Server" || name === "Content-Length" ? "" : value]);
}

/** In no order, for nodes answer in none; ids drawn by chance are all the same. */
function linesOf(body: string): readonly string[] {
  return body
    .replaceAll("\\u0000", "")
    .replaceAll(/"id":"(?!18446744073709551615)\d{12,}"/g, '"id":"drawn"')
    .split("\n")
    .toSorted();
}
