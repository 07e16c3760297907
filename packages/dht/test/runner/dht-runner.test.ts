import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DhtRunner, Filters, InfoHash, type StatusChangeEvent, Value, Where } from "../../src/index.ts";
import { addressOf, silentAddress, startNode, startPair, temporaryFolder } from "./loopback.ts";

describe("a runner's life", () => {
  it("binds both families, on free ports by default", async () => {
    const node = await startNode();
    expect(node.state).toBe("running");
    expect(node.getBound(4)?.port).toBeGreaterThan(0);
    expect(node.getBound(6)?.port).toBeGreaterThan(0);
    expect(node.nodeId.isZero()).toBe(false);
  });

  it("refuses a second run while it runs, and runs again after join", async () => {
    const node = await startNode();
    await expect(node.run()).rejects.toMatchObject({ code: "ERR_ALREADY_RUNNING" });
    await node.join();
    expect(node.state).toBe("idle");
    await node.run({ bind4: "127.0.0.1", bind6: null });
    expect(node.isRunning()).toBe(true);
  });

  it("says which port is taken, and leaves nothing open", async () => {
    const node = await startNode({ bind6: null });
    const second = new DhtRunner();
    await expect(second.run({ bind4: addressOf(node), bind6: null })).rejects.toMatchObject({
      code: "ERR_SOCKET",
      message: expect.stringContaining(addressOf(node).toString()),
    });
    expect(second.isRunning()).toBe(false);
  });

  it("refuses a bootstrap that is no host before it opens a socket", async () => {
    await expect(DhtRunner.run({ bind4: "127.0.0.1", bind6: null, bootstrap: ["host:99999"] })).rejects.toThrow(
      TypeError,
    );
  });

  it("reports connecting, then connected, and disconnected at the end (B1)", async () => {
    const first = await startNode();
    const second = await startNode();
    const seen: string[] = [];
    second.addEventListener("statuschange", ({ status4 }: StatusChangeEvent) => {
      if (seen.at(-1) !== status4) seen.push(status4);
    });
    expect(await second.bootstrap(addressOf(first).toString())).toBe(true);
    await second.join();
    expect(seen).toEqual(["connecting", "connected", "disconnected"]);
  });

  it("is disposed of by `await using`", async () => {
    let outer: DhtRunner;
    {
      await using node = await DhtRunner.run({ bind4: "127.0.0.1", bind6: null });
      outer = node;
      expect(node.isRunning()).toBe(true);
    }
    expect(outer.state).toBe("idle");
  });

  it("shuts down in spite of a put that waits for a bootstrap without answer (B3)", async () => {
    const node = await startNode({ bootstrap: [(await silentAddress()).toString()] });
    const put = node.put("key", "value");
    expect(node.status).toBe("connecting");
    await node.shutdown();
    expect(await put).toMatchObject({ ok: false, acknowledged: 0 });
  });
});

describe("a runner that doesn't run", () => {
  it("fails puts and gets at once, and refuses the rest with a sentence", async () => {
    const node = new DhtRunner();
    expect(await node.put("key", "value")).toMatchObject({ ok: false, asked: 0 });
    expect(await node.getAll("key")).toEqual([]);
    expect((await node.get("key").done).ok).toBe(false);
    expect(() => node.listen("key")).toThrow("listen needs a running node");
    expect(() => node.nodeId).toThrow("nodeId needs a running node");
    expect(() => {
      node.storageLimit = 1;
    }).toThrow("storageLimit needs a running node");
    await node.shutdown();
    await node.join();
  });

  it("raises an error at the end of a failed get where that is asked for", async () => {
    const node = new DhtRunner();
    await expect(node.getAll("key", { throwOnFailure: true })).rejects.toMatchObject({ code: "ERR_LOOKUP_FAILED" });
  });

  it("refuses the zero key", () => {
    const node = new DhtRunner();
    expect(() => node.put(InfoHash.zero, "value")).toThrow(TypeError);
    expect(() => node.get(InfoHash.zero)).toThrow(TypeError);
  });
});

describe("two nodes", () => {
  it("exchange a value, and the put tells who took it (A2)", async () => {
    const [first, second] = await startPair();
    const put = await second.put("room", Value.pack("hey"));
    expect(put).toMatchObject({ ok: true, asked: 1, acknowledged: 1, refused: 0 });
    expect(put.value.id).not.toBe(0n);
    const [value] = await first.getAll("room");
    expect(value?.equals(put.value)).toBe(true);
    expect(value?.unpack()).toBe("hey");
  });

  it("keep a text as text", async () => {
    const [first, second] = await startPair();
    await second.put("room", "grüße");
    const value = await first.getFirst("room");
    expect(value?.text()).toBe("grüße");
    expect(value?.userType).toBe("text/plain");
  });

  it("let a put right after the bootstrap wait for it (B2)", async () => {
    const first = await startNode();
    const second = await startNode({ bootstrap: [addressOf(first).toString()] });
    expect(await second.put("room", "x")).toMatchObject({ ok: true });
    expect(await first.getAll("room")).toHaveLength(1);
  });

  it("select by where and by filter", async () => {
    const [first, second] = await startPair();
    await second.put("room", new Value({ data: Uint8Array.of(1), userType: "a" }));
    await second.put("room", new Value({ data: Uint8Array.of(2), userType: "b" }));
    expect((await first.getAll("room", { where: Where.all.userType("a") })).map((value) => value.data[0])).toEqual([1]);
    expect((await second.getAll("room", { filter: Filters.userType("b") })).map((value) => value.data[0])).toEqual([2]);
    const fields = await Array.fromAsync(first.query("room", "SELECT id,user_type WHERE user_type=b"));
    expect(fields).toEqual([{ id: expect.any(BigInt), userType: "b" }]);
    expect(() => first.query("room", "WHERE nonsense=1")).toThrow("incorrect token near: nonsense");
  });

  it("hear each other's values, until the loop is left", async () => {
    const [first, second] = await startPair();
    const listener = first.listen("room");
    await listener.ready;
    await second.put("room", "one");
    for await (const { value, expired } of listener) {
      expect([value.text(), expired]).toEqual(["one", false]);
      break;
    }
    await second.put("room", "two");
    expect(await Array.fromAsync(listener)).toEqual([]);
  });

  it("report values as expired to a listener when its node ends (G17)", async () => {
    const [first, second] = await startPair();
    const listener = first.listen("room");
    await second.put("room", "one");
    const events = listener[Symbol.asyncIterator]();
    expect(await events.next()).toMatchObject({ value: { expired: false } });
    await first.join();
    expect(await events.next()).toMatchObject({ value: { expired: true } });
    expect(await events.next()).toMatchObject({ done: true });
  });

  it("stop a get, a put and a listen when their signal is aborted", async () => {
    const silent = await silentAddress();
    const node = await startNode({ bootstrap: [silent.toString()] });
    const abort = new AbortController();
    const { signal } = abort;
    const values = node.getAll("room", { signal });
    const put = node.put("room", "x", { signal });
    const events = Array.fromAsync(node.listen("room", { signal }));
    const ping = node.ping(silent, { signal });
    const connected = node.connected({ signal });
    abort.abort(new Error("enough"));
    await expect(values).rejects.toThrow("enough");
    await expect(put.then((result) => result)).rejects.toThrow("enough");
    expect(await events).toEqual([]);
    await expect(ping).rejects.toThrow("enough");
    await expect(connected).rejects.toThrow("enough");
    expect(node.getNodeInfo().ongoingOperations).toBe(0);
  });

  it("answer a ping, know each other's view of their address, and export each other", async () => {
    const [first, second] = await startPair();
    expect(await second.ping(addressOf(first))).toBe(true);
    expect(second.getPublicAddress(4).map(String)).toEqual(["127.0.0.1"]);
    expect(second.exportNodes().map(({ id }) => id.toString())).toEqual([first.nodeId.toString()]);
    const third = await startNode();
    expect(await third.bootstrap(second.exportNodes())).toBe(true);
    await third.connected();
  });

  it("count what is asked, and start again from zero when read", async () => {
    const [first, second] = await startPair();
    await second.put("room", "x");
    expect(first.getNodeMessageStats("in").put).toBe(1);
    expect(first.getNodeMessageStats("in").put).toBe(0);
  });

  it("keep a permanent put until it is cancelled", async () => {
    const [, second] = await startPair();
    const handle = second.put("room", "x", { permanent: true });
    const { value } = await handle;
    expect(second.getPut("room").map(({ id }) => id)).toEqual([value.id]);
    expect(await second.cancelPut("room", value)).toBe(true);
    expect(second.getPut("room")).toEqual([]);
    expect(await second.cancelPut("room", value)).toBe(false);
  });
});

describe("a state file", () => {
  it("brings back the id, the nodes and the values of the last run (G16)", async () => {
    const persistPath = join(await temporaryFolder(), "state");
    const [first] = await startPair();
    const node = await startNode({ persistPath, bootstrap: [addressOf(first).toString()] });
    await node.connected();
    await node.put("room", "kept");
    const { nodeId } = node;
    await node.shutdown();
    await node.join();
    const again = await startNode({ persistPath });
    expect(again.nodeId.equals(nodeId)).toBe(true);
    expect(again.getLocal("room").map((value) => value.text())).toEqual(["kept"]);
    await again.connected();
  });

  it("is no obstacle when it is damaged, and is replaced at shutdown", async () => {
    const persistPath = join(await temporaryFolder(), "state");
    await writeFile(persistPath, "nonsense");
    const warnings: string[] = [];
    const logger = { isEnabled: () => true, log: (_: string, message: string) => void warnings.push(message) };
    const node = await startNode({ persistPath, logger });
    expect(warnings).toContainEqual(expect.stringContaining("is no state file"));
    await node.shutdown();
    expect((await readFile(persistPath))[0]).toBe(0x84);
  });

  it("gives the port of the last run, or another when that is taken (C1)", async () => {
    const persistPath = join(await temporaryFolder(), "state");
    const other = await startNode();
    await writeFile(`${persistPath}_port.txt`, `${other.getBound(4)?.port}\n${other.getBound(6)?.port}\n`);
    const node = await startNode({ persistPath });
    const port = node.getBound(4)?.port;
    expect(port).toBeGreaterThan(0);
    expect(port).not.toBe(other.getBound(4)?.port);
    await node.join();
    expect((await startNode({ persistPath })).getBound(4)?.port).toBe(port);
  });
});
