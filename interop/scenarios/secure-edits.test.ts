import { generateNodeIdentity } from "@hashmere/crypto";
import { DhtRunner, InfoHash, Value } from "@hashmere/dht";
import { expect, test } from "vitest";
import { freePort } from "../peers/free-port.ts";
import { LOOPBACK_4 } from "../peers/interop-peer.ts";
import { LineProcess } from "../peers/line-process.ts";
import { nativeProgram } from "../peers/native-programs.ts";
import { POLL, Stage } from "../peers/stage.ts";
import { word } from "../peers/values.ts";

// Signed values and their edits, between ours and the real library, each of which holds what the other signs.

/** The real library with an identity: see `native/signer.cpp`. One command at a time. */
class Signer implements AsyncDisposable {
  readonly #process: LineProcess;
  readonly id: string;

  private constructor(process: LineProcess, id: string) {
    this.#process = process;
    this.id = id;
  }

  static async start(network: number, bootstrapPort: number): Promise<Signer> {
    const process = new LineProcess(nativeProgram("signer"), [await freePort(), network, bootstrapPort].map(String));
    return new Signer(process, await process.lines.waitFor((line) => /^[0-9a-f]{40}$/.test(line), "its key id"));
  }

  async sign(key: string, id: bigint, text: string): Promise<boolean> {
    return (await this.#run(`sign ${key} ${id} ${text}`)).at(-1) === "done";
  }

  async get(key: string): Promise<readonly string[]> {
    return (await this.#run(`get ${key}`)).slice(0, -1);
  }

  async #run(command: string): Promise<readonly string[]> {
    const { lines } = this.#process;
    const from = lines.entries.length;
    this.#process.write(command);
    await lines.waitFor((line) => line === "done" || line === "not put", command, undefined, from);
    return lines.entries.slice(from);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process.stop();
  }
}

async function pair(stage: Stage): Promise<[DhtRunner, Signer]> {
  const { network } = stage;
  const { identity } = await generateNodeIdentity(2048);
  const ours = stage.use(
    await DhtRunner.run({ network, identity, bind4: LOOPBACK_4, bind6: null, maxPeerReqPerSec: -1 }),
  );
  const theirs = stage.use(await Signer.start(network, ours.getBound(4)?.port ?? 0));
  await expect.poll(() => theirs.sign("hello", 1n, "hello"), POLL).toBe(true);
  return [ours, theirs];
}

const note = (id: bigint, text: string) => new Value({ id, ...word(text) });

test("each reads the other's latest version, and holds no other", async () => {
  await using stage = new Stage();
  const [ours, theirs] = await pair(stage);
  for (const [seq, text] of ["one", "two", "three"].entries()) {
    expect(await theirs.sign("theirs", 7n, text)).toBe(true);
    const [value] = await ours.getAll("theirs");
    expect([value?.id, value?.seq, value?.text(), `${value?.ownerId}`]).toEqual([7n, seq, text, theirs.id]);
    expect(ours.getLocal(InfoHash.get("theirs")).map((held) => held.text())).toEqual([text]);
    await ours.putSigned("ours", note(8n, text));
    expect(await theirs.get("ours")).toEqual([`8 ${seq} ${ours.id} ${text}`]);
  }
});

test("neither replaces the other's, and ours says why", async () => {
  await using stage = new Stage();
  const [ours, theirs] = await pair(stage);
  await ours.putSigned("ours", note(7n, "mine"));
  await theirs.sign("ours", 7n, "no, mine");
  expect(ours.getLocal(InfoHash.get("ours")).map((held) => held.text())).toEqual(["mine"]);
  expect(ours.getRefusals()).toMatchObject({ ERR_OWNER_MISMATCH: 1 });
  expect(await theirs.sign("theirs", 8n, "mine")).toBe(true);
  await ours.putSigned("theirs", note(8n, "no, mine"));
  expect(await theirs.get("theirs")).toContain(`8 0 ${theirs.id} mine`);
});
