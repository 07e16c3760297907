import { isDeepStrictEqual } from "node:util";
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
  [/\/get-cypher$/, "the recorded proxy had an identity, and hid what it couldn't decrypt"],
  [/\/options-/, "OPTIONS works on every route, and names the methods that exist"],
  [/\/pingpush/, "2.4.12 has no ping; later ones never answer it"],
  [
    /\/node-(stats|info)|\/connection-close$|client-.*\/GET \/$/,
    "numbers are of the node; storage and ports are told since 4.0",
  ],
];

describe.each(["2.4.12", "3.0.1", "4.3.1"])(
  "what was asked of a proxy %s is answered by ours in the same way",
  (version) => {
    test("but for what is listed", async () => {
      await using rig = await openProxiedNode();
      const differing: string[] = [];
      const listed = DELIBERATE.map(([pattern]) => pattern);
      for (const recorded of vectors.exchanges.filter(({ name }) => name.startsWith(`${version}/`))) {
        await prepare(rig, recorded);
        const ours = await replay(rig, recorded);
        if (!isSame(recorded, ours)) differing.push(recorded.name);
      }
      expect(differing.filter((name) => !listed.some((pattern) => pattern.test(name)))).toEqual([]);
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
