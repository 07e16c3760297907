import { fileURLToPath } from "node:url";
import { generateNodeIdentity } from "@hashmere/crypto";
import { DhtRunner, InfoHash, Value } from "@hashmere/dht";
import { expect, test } from "vitest";
import { DEBIAN_PYTHON } from "../peers/debian-programs.ts";
import { freePort } from "../peers/free-port.ts";
import { LOOPBACK_4 } from "../peers/interop-peer.ts";
import { LineProcess } from "../peers/line-process.ts";
import { POLL, Stage } from "../peers/stage.ts";
import { word } from "../peers/values.ts";

const PROGRAM = fileURLToPath(new URL("../peers/python_identity.py", import.meta.url));

// The Python module signs nothing, but it checks and decrypts what it gets.

test("a Python node with an identity reads what ours signs and encrypts for it, and nothing forged", async () => {
  await using stage = new Stage();
  const { identity } = await generateNodeIdentity(2048);
  const ours = stage.use(
    await DhtRunner.run({ identity, network: stage.network, bind4: LOOPBACK_4, bind6: null, maxPeerReqPerSec: -1 }),
  );
  const args = [await freePort(), stage.network, ours.getBound(4)?.port].map(String);
  const python = new LineProcess(DEBIAN_PYTHON, ["-u", PROGRAM, ...args]);
  stage.use({ [Symbol.asyncDispose]: () => python.stop() });
  const theirId = InfoHash.fromHex(await python.lines.waitFor((line) => /^[0-9a-f]{40}$/.test(line), "its key id"));
  await ours.connected();
  await expect.poll(() => ours.findCertificate(theirId), POLL).not.toBeNull();

  const read = async (key: string): Promise<unknown> => {
    const from = python.lines.entries.length;
    python.write(key);
    return JSON.parse(await python.lines.waitFor((line) => line.startsWith("["), `what is at ${key}`, undefined, from));
  };
  const signed = await ours.putSigned("signed", new Value({ id: 7n, ...word("by us") }));
  expect(await read("signed")).toEqual([{ id: "7", text: "by us" }]);
  await ours.putSigned("signed", new Value({ id: 7n, ...word("by us again") }));
  expect(await read("signed")).toEqual([{ id: "7", text: "by us again" }]);
  await ours.putEncrypted("encrypted", theirId, new Value({ id: 8n, ...word("for you") }));
  expect(await read("encrypted")).toEqual([{ id: "8", text: "for you" }]);
  await ours.put("tampered", signed.value.withData(Buffer.from("lie")));
  expect(await read("tampered")).toEqual([]);
});
