import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  type DhtError,
  DhtProtocolError,
  DhtRunner,
  type DhtRunnerConfig,
  InfoHash,
  SockAddr,
  UdpTransport,
} from "../../src/index.ts";
import { decodeMessage, type ErrorReply, encodeMessage, type QueryMessage, type Reply } from "../../src/wire/index.ts";
import { addressOf, startNode, temporaryFolder } from "./loopback.ts";

/** A node whose troubles are written down from its start on. */
async function startListened(config: DhtRunnerConfig): Promise<{ node: DhtRunner; errors: DhtError[]; log: string[] }> {
  const node = new DhtRunner();
  const errors: DhtError[] = [];
  const log: string[] = [];
  node.addEventListener("error", ({ error }) => errors.push(error));
  const logger = { isEnabled: () => true, log: (level: string, text: string) => void log.push(`${level} ${text}`) };
  await node.run({ bind4: "127.0.0.1", bind6: "[::1]", logger, ...config });
  onTestFinished(() => node.join());
  return { node, errors, log };
}

describe("a node that goes on in spite of something is heard by the event `error`:", () => {
  it.each([4, 6] as const)("IPv%i, where another program has its port", async (family) => {
    const other = await startNode(family === 4 ? { bind6: null } : { bind4: null });
    const port = other.getBound(family)?.port ?? 0;
    const { node, errors, log } = await startListened({ port });
    expect(node.getBound(family)).toBeNull();
    expect(node.getBound(family === 4 ? 6 : 4)?.port).toBe(port);
    expect(errors).toMatchObject([{ code: "ERR_SOCKET" }]);
    expect(errors[0]?.message).toMatch(
      new RegExp(`^goes without IPv${family}: can't open UDP .*:${port}: .*EADDRINUSE`),
    );
    expect(log).toContain(`warning ${errors[0]?.message}`);
    expect(node.getSocketError(family)?.message).toBe(errors[0]?.message);
    expect(node.getSocketError(family === 4 ? 6 : 4)).toBeNull();
  });

  it("a family that nobody asked for is no trouble", async () => {
    const { node, errors } = await startListened({ bind6: null });
    expect([errors, node.getSocketError(6)]).toEqual([[], null]);
  });

  it("a state file that is none, and a host without address", async () => {
    const persistPath = join(await temporaryFolder(), "state");
    await writeFile(persistPath, "nonsense");
    const { node, errors } = await startListened({ persistPath, bootstrap: ["no..host"] });
    while (node.status !== "disconnected") {
      await new Promise((resolve) => node.addEventListener("statuschange", resolve, { once: true }));
    }
    expect(errors.map(({ code }) => code)).toEqual(["ERR_STATE_UNREAD", "ERR_RESOLVE"]);
  });
});

describe("another node that", () => {
  /** A node that knows nobody but a stranger, who answers as `answer` says. */
  async function meet(answer: (query: QueryMessage) => Reply | ErrorReply) {
    const stranger = new UdpTransport({ bind4: SockAddr.ipv4(0x7f000001, 0), bind6: null });
    await stranger.open({
      onDatagram: (datagram, from) => {
        const query = decodeMessage(datagram);
        if (!("tid" in query) || query.kind === "reply" || query.kind === "error" || query.kind === "part") return;
        if (query.kind === "legacyUpdate") return;
        stranger.send(encodeMessage({ ...answer(query), tid: query.tid }), from, false);
      },
      onUnreachable: () => {},
    });
    onTestFinished(() => stranger.close());
    const address = stranger.bound(4);
    return { address, ...(await startListened({ bind6: null, bootstrap: [`${address}`] })) };
  }

  const envelope = { tid: 0, id: InfoHash.get("stranger"), network: 0, client: false, agent: undefined };
  const helpful = {
    ...envelope,
    kind: "reply",
    values: [],
    announced: [],
    nodes4: [],
    token: Uint8Array.of(1),
  } as const;

  it("refuses a put is named, with its number and its words", async () => {
    const { node, address, errors } = await meet((query) =>
      query.kind === "put" ? { ...envelope, kind: "error", code: 203, text: "full\u001b[2J of it" } : helpful,
    );
    await node.connected();
    const put = await node.put("key", "value");
    expect(put).toMatchObject({ ok: false, refused: 1 });
    expect(errors).toEqual([put.error]);
    expect(put.error).toBeInstanceOf(DhtProtocolError);
    expect(put.error).toMatchObject({
      code: "ERR_PROTOCOL",
      status: 203,
      address,
      message: `the node at ${address} refused a put with error 203: "full?[2J of it"`,
    });
  });

  it("answers a get without a token is named, and is on the blacklist from then on", async () => {
    const { node, address, errors } = await meet(({ kind }) =>
      kind === "ping" ? helpful : { ...helpful, token: undefined },
    );
    await node.connected();
    await node.getAll("key");
    expect(errors).toMatchObject([{ code: "ERR_PROTOCOL", status: undefined, address }]);
    expect(node.getBlacklist()).toEqual([
      { address, since: expect.any(Number), reason: expect.stringContaining("without the token") },
    ]);
  });

  it("is polite isn't mentioned", async () => {
    const polite = await startNode();
    const { node, errors } = await startListened({ bootstrap: [`${addressOf(polite)}`] });
    await node.connected();
    await node.put("key", "value");
    expect([errors, node.getBlacklist()]).toEqual([[], []]);
  });
});
