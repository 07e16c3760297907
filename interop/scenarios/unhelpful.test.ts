import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startPeer } from "../peers/cast.ts";
import { freePort } from "../peers/free-port.ts";
import { type InteropPeer, LOOPBACK_4 } from "../peers/interop-peer.ts";
import { OURS } from "../peers/stage.ts";
import { word } from "../peers/values.ts";
import { Probe } from "../probe/probe.ts";
import { mapIn, type WireMap } from "../probe/wire.ts";

// The only other node of the network answers in ways that help nobody: operations end, and do so soon.

const TOKEN = Buffer.from("any bytes are a token");
const LOOPBACK_BYTES = Uint8Array.of(127, 0, 0, 1);
/** Three sends of a request and their time to wait: 7 … 9.75 s. */
const RETRIES_MS = 11_000;

describe("a node whose only peer", () => {
  let node: InteropPeer;
  let peer: Probe;

  beforeEach(async () => {
    const port = await freePort();
    peer = await Probe.open({ host: LOOPBACK_4, port });
    peer.answer = helpful;
    node = await startPeer(OURS, { port, bootstrap: { host: LOOPBACK_4, port: peer.port } });
    await peer.requests.waitFor(({ q }) => q === "ping", "the ping that joins");
    await expect.poll(() => node.goodNodes(4)).toHaveLength(1);
  });

  afterEach(async () => {
    await node[Symbol.asyncDispose]();
    await peer[Symbol.asyncDispose]();
  });

  test("refuses the token of every put: four puts at most, then failure at once", async () => {
    peer.answer = (request) => (request.q === "put" ? refusal(request, 401) : helpful(request));
    const start = performance.now();
    expect((await node.put("k", word("v"))).ok).toBe(false);
    expect(performance.now() - start).toBeLessThan(1_000);
    const puts = requests("put");
    expect(puts.length).toBeGreaterThanOrEqual(1);
    expect(puts.length).toBeLessThanOrEqual(4);
    expect(requests("find").length + requests("get").length).toBeGreaterThanOrEqual(puts.length);
  });

  test("refuses every listen with 401: asks again at leisure, not in a tight loop", async () => {
    peer.answer = (request) => (request.q === "listen" ? refusal(request, 401) : helpful(request));
    const listener = await node.listen("k");
    await peer.requests.waitFor(({ q }) => q === "listen", "a listen");
    await sleep(2_000);
    expect(requests("listen").length).toBeLessThanOrEqual(20);
    await listener.cancel();
  });

  test("answers a get without a token: failure at once, and it is not heard again", async () => {
    peer.answer = (request) => {
      const answer = helpful(request);
      return request.q === "get" || request.q === "find"
        ? { ...answer, r: { ...mapIn(answer, "r"), token: undefined } }
        : answer;
    };
    const start = performance.now();
    expect((await node.get("k")).ok).toBe(false);
    expect(performance.now() - start).toBeLessThan(1_000);
    const ping = peer.query("ping");
    await expect(askedPong(ping)).rejects.toThrow("not seen");
  });

  test("answers a put with an error that names no way out: the put ends as failed", async () => {
    peer.answer = (request) => (request.q === "put" ? refusal(request, 203) : helpful(request));
    const start = performance.now();
    expect((await node.put("k", word("v"))).ok).toBe(false);
    expect(performance.now() - start).toBeLessThan(RETRIES_MS);
  });

  test("answers a get with a node list of wrong length: the get ends as failed", async () => {
    peer.answer = (request) => {
      const answer = helpful(request);
      return request.q === "get" || request.q === "find"
        ? { ...answer, r: { ...mapIn(answer, "r"), n4: new Uint8Array(27) } }
        : answer;
    };
    const start = performance.now();
    expect((await node.get("k")).ok).toBe(false);
    expect(performance.now() - start).toBeLessThan(RETRIES_MS);
  });

  test("is asked to listen: the listen is sent again about 20 s after its answer, with the same socket id", async () => {
    const listener = await node.listen("k");
    const first = await peer.requests.waitFor(({ q }) => q === "listen", "the listen");
    const start = performance.now();
    const later = await peer.requests.waitFor(({ q, t }) => q === "listen" && t !== first.t, "its renewal", 25_000);
    expect(performance.now() - start).toBeGreaterThan(15_000);
    expect(mapIn(later, "a").sid).toBe(mapIn(first, "a").sid);
    await listener.cancel();
  });

  function requests(name: string): readonly WireMap[] {
    return peer.requests.entries.filter(({ q }) => q === name);
  }

  function askedPong(ping: WireMap): Promise<WireMap> {
    peer.sendMessage(ping);
    return peer.waitForAnswer(ping.t, 1_000);
  }

  /** The answer that a good node gives to anything. */
  function helpful(request: WireMap): WireMap {
    const { q, t } = request;
    const args = mapIn(request, "a");
    const [value = {}] = Array.isArray(args.values) ? args.values : [];
    const token = q === "find" || q === "get" ? TOKEN : undefined;
    const vid = q === "put" ? mapIn({ value }, "value").id : args.vid;
    return { r: { id: peer.id, vid, sa: LOOPBACK_BYTES, token }, t, y: "r", v: "o2" };
  }

  function refusal(request: WireMap, code: number): WireMap {
    return { e: [code, "no"], r: { id: peer.id }, t: request.t, y: "e", v: "o2" };
  }
});
