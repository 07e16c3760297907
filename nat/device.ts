// A device in the laboratory. It runs on a host there, does what comes as lines of JSON on standard input, and answers
// with lines of JSON. Whoever opens a channel to it gets back what they send.
//   node nat/device.ts '{"identity": path, "bootstrap": [host:port], "options": {…}}'
import { createHash, randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import { type Channel, ConnectError, ConnectionManager } from "@hashmere/connect";
import { loadIdentity } from "@hashmere/crypto";
import { withSecurity } from "@hashmere/dht";
import { ProxyClient } from "@hashmere/proxy/client";
import type { Answer, Command, DeviceSetup, Report } from "./device-protocol.ts";

/** Between two words of a device that talks. */
const TALK_PAUSE_MS = 200;

const setup: DeviceSetup = JSON.parse(process.argv[2] ?? "");

const say = (message: Report | (Answer & { readonly n: number })) =>
  process.stdout.write(`${JSON.stringify(message)}\n`);

const report = (text: string) => say({ event: "log", text, at: Date.now() });

const identity = await loadIdentity(setup.identity);
const proxy = setup.proxy && (await ProxyClient.open({ url: setup.proxy, security: withSecurity({ identity }) }));
const manager = await ConnectionManager.open({
  identity,
  ...(proxy ? { dht: proxy } : { bootstrap: setup.bootstrap }),
  allow: () => true,
  ...(setup.verbose && { logger: { isEnabled: () => true, log: (_, text) => report(text) } }),
  ...setup.options,
});
manager.addEventListener("connection", ({ connection, error }) => {
  const { status, path, deviceId } = connection;
  say({ event: "connection", deviceId: `${deviceId}`, status, code: error?.code, path, at: Date.now() });
});
manager.handle(async (request) => {
  const channel = await request.accept();
  channel?.on("error", () => undefined); // the path broke: the other side reports it
  if (channel && setup.echoAfter !== undefined) sendBackAtOnce(channel, setup.echoAfter);
  else channel?.pipe(channel);
});
await manager.published;
say({ event: "ready", deviceId: `${manager.deviceId}`, at: Date.now() });

const kept = new Set<Channel>();

for await (const line of createInterface(process.stdin)) {
  const { n, ...command }: Command & { readonly n: number } = JSON.parse(line);
  obey(command).then(
    (answer) => say({ n, ...answer }),
    (error: unknown) => say({ n, ok: false, ms: 0, code: codeOf(error), message: `${error}` }),
  );
}
await manager.close();
if (proxy) await proxy[Symbol.asyncDispose]();
process.exit(0);

async function obey(command: Command): Promise<Answer> {
  const startedAt = performance.now();
  const taken = () => Math.round(performance.now() - startedAt);
  switch (command.do) {
    case "connect": {
      try {
        const channel = await manager.connect(command.device, command.name ?? "echo");
        const ms = taken();
        channel.on("error", () => undefined); // told by the connection's event
        await echo(channel, command.bytes);
        kept.add(channel);
        channel.once("close", () => kept.delete(channel));
        const [connection] = manager.getConnectionList(command.device);
        return { ok: true, ms, allMs: taken(), path: connection?.path };
      } catch (error) {
        return {
          ok: false,
          ms: taken(),
          code: codeOf(error),
          message: error instanceof Error ? error.message : `${error}`,
        };
      }
    }
    case "talk": {
      const channel = await manager.connect(command.device, command.name ?? "echo");
      channel.on("error", () => undefined).resume();
      const talking = setInterval(() => channel.write("word"), TALK_PAUSE_MS);
      channel.once("close", () => clearInterval(talking));
      return { ok: true, ms: taken() };
    }
    case "network changed":
      manager.connectivityChanged();
      return { ok: true, ms: taken() };
    case "mappings":
      return {
        ok: true,
        ms: taken(),
        mappings: manager.mappings.map(({ protocol, external }) => ({ protocol, external })),
      };
  }
}

/** Sends that many bytes and waits until they have come back. @throws when others come back */
async function echo(channel: Channel, count: number): Promise<void> {
  const sent = randomBytes(count);
  const back = createHash("sha256");
  const done = Promise.withResolvers<void>();
  let left = count;
  const onData = (chunk: Buffer) => {
    back.update(chunk);
    left -= chunk.length;
    if (left <= 0) done.resolve();
  };
  channel.on("data", onData);
  channel.once("close", () =>
    done.reject(new ConnectError("ERR_LINK_LOST", "the channel closed before everything was back")),
  );
  channel.write(sent);
  await done.promise;
  channel.off("data", onData).resume();
  if (back.digest("hex") !== createHash("sha256").update(sent).digest("hex")) throw new Error("other bytes came back");
}

function sendBackAtOnce(channel: Channel, count: number): void {
  const chunks: Buffer[] = [];
  let left = count;
  channel.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    left -= chunk.length;
    if (left === 0) channel.write(Buffer.concat(chunks));
  });
}

function codeOf(error: unknown): string {
  return error instanceof ConnectError ? error.code : "ERR_OTHER";
}
