import { once } from "node:events";
import type { Duplex } from "node:stream";
import { afterEach, describe, expect, test } from "vitest";
import type { CandidateSource, IceRole } from "../../src/ice/index.ts";
import { type IceSelection, IceSession } from "../../src/session/index.ts";
import { TcpHostSource } from "../../src/sockets/index.ts";

const sessions: IceSession[] = [];

afterEach(() => {
  for (const session of sessions.splice(0)) session.close();
});

function open(role: IceRole, sources: CandidateSource[] = [new TcpHostSource({ includeLoopback: true })]): IceSession {
  const session = new IceSession({ role, sources, signal: new AbortController().signal });
  sessions.push(session);
  return session;
}

async function connect(): Promise<[caller: IceSelection, called: IceSelection]> {
  const [caller, called] = [open("controlled"), open("controlling")];
  const [offer, answer] = await Promise.all([caller.gather(), called.gather()]);
  return Promise.all([caller.connect(answer), called.connect(offer)]);
}

async function readAll(stream: Duplex): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe("two sessions on one machine", () => {
  test("agree on a connection and on their roles", async () => {
    const [caller, called] = await connect();
    expect([caller.role, called.role]).toEqual(["controlled", "controlling"]);
    expect(caller.path).toMatchObject({ transport: "tcp", relayed: false, mapped: false });
    expect(caller.path.local).toEqual(called.path.remote);
    expect(caller.path.remote).toEqual(called.path.local);
  });

  test("carry bytes both ways, whatever their number", async () => {
    const [caller, called] = await connect();
    const [up, down] = [Buffer.alloc(1_000_003, "up"), Buffer.alloc(70_000, "down")];
    called.stream.end(down);
    caller.stream.end(up);
    const [received, sent] = await Promise.all([readAll(called.stream), readAll(caller.stream)]);
    expect(received.equals(up)).toBe(true);
    expect(sent.equals(down)).toBe(true);
  });

  test("the end of one is seen by the other at once", async () => {
    const [caller, called] = await connect();
    caller.stream.destroy();
    called.stream.resume();
    await once(called.stream, "close");
    expect(called.stream.destroyed).toBe(true);
  });
});
