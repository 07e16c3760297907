import { once } from "node:events";
import { Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { encodeFrame } from "../../src/framing/index.ts";
import { type IceSelection, IceSession } from "../../src/session/index.ts";
import { TcpHostSource } from "../../src/sockets/index.ts";
import { secureStream } from "../../src/tls/index.ts";
import { capturedIdentity } from "../support/captured.ts";

const sessions: IceSession[] = [];

afterEach(() => {
  for (const session of sessions.splice(0)) session.close();
});

function open(role: "controlled" | "controlling"): IceSession {
  const sources = [new TcpHostSource({ includeLoopback: true })];
  const session = new IceSession({ role, sources, signal: new AbortController().signal });
  sessions.push(session);
  return session;
}

/** @param alter what becomes of the descriptions on their way: the caller's, then that of the called side */
async function connect(
  alter: readonly [(text: string) => string, (text: string) => string] = [same, same],
): Promise<readonly [IceSelection, IceSelection]> {
  const [caller, called] = [open("controlled"), open("controlling")];
  const [offer, answer] = await Promise.all([caller.gather(), called.gather()]);
  return Promise.all([caller.connect(alter[1](answer)), called.connect(alter[0](offer))]);
}

const same = (text: string) => text;
const unmarked = (text: string) => text.replace(" x-tls bare", "");

describe("two sides that can do without frames", () => {
  test("get the socket itself, with what came right behind the proposal", async () => {
    const [caller, called] = await connect();
    expect([caller.stream, called.stream].map((stream) => stream instanceof Socket)).toEqual([true, true]);
    called.stream.write("right behind");
    called.stream.end(" and later");
    expect(`${Buffer.concat(await caller.stream.toArray())}`).toBe("right behind and later");
  });

  test("end when one of them does, and leave nothing open", async () => {
    const [caller, called] = await connect();
    caller.stream.destroy();
    called.stream.resume();
    await once(called.stream, "close");
    expect(called.stream.destroyed).toBe(true);
  });
});

describe("a side that has not said so", () => {
  test("gets frames, whichever it is that began", async () => {
    const [caller, called] = await connect([unmarked, unmarked]);
    expect([caller.stream, called.stream].map((stream) => stream instanceof Socket)).toEqual([false, false]);
    called.stream.end("in frames");
    expect(`${Buffer.concat(await caller.stream.toArray())}`).toBe("in frames");
  });

  test("who alone proposes decides: the other one needs not have read the mark", async () => {
    const [caller, called] = await connect([same, unmarked]);
    expect([caller.stream, called.stream].map((stream) => stream instanceof Socket)).toEqual([true, true]);
  });
});

describe("a hostile side", () => {
  test("that goes on with frames fails at TLS", async () => {
    const [caller, called] = await connect();
    called.stream.write(encodeFrame(Buffer.alloc(600, 1)));
    called.stream.on("error", () => {}).resume();
    await expect(secured(caller, "server")).rejects.toMatchObject({ code: "ERR_TLS" });
    await once(called.stream, "close");
  });

  test("that leaves frames out when it should not fails at TLS", async () => {
    const [caller, called] = await connect([unmarked, unmarked]);
    called.stream.write(Buffer.alloc(600, 1));
    called.stream.on("error", () => {}).resume();
    await expect(secured(caller, "server")).rejects.toMatchObject({ code: "ERR_TLS" });
  });

  test("that ends before TLS has begun fails there", async () => {
    const [caller, called] = await connect();
    called.stream.end();
    await expect(secured(caller, "server")).rejects.toMatchObject({ code: "ERR_TLS" });
    expect(caller.stream.destroyed).toBe(true);
  });

  test.each(["client", "server"] as const)("that is gone before TLS has begun fails there, as %s", async (role) => {
    const [caller, called] = await connect();
    if (called.stream instanceof Socket) called.stream.resetAndDestroy();
    await new Promise((resolve) => caller.stream.once("close", resolve));
    await expect(secured(caller, role)).rejects.toMatchObject({ code: "ERR_TLS" });
  });
});

function secured({ stream }: IceSelection, role: "client" | "server") {
  return secureStream(stream, { role, identity: capturedIdentity("alice"), verify: () => {} });
}
