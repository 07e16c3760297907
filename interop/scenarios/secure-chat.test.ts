import { fileURLToPath } from "node:url";
import { DhtRunner, InfoHash } from "@hashmere/dht";
import { expect, test } from "vitest";
import { freePort } from "../peers/free-port.ts";
import { LOOPBACK_4 } from "../peers/interop-peer.ts";
import { LineProcess } from "../peers/line-process.ts";
import { nativeProgram } from "../peers/native-programs.ts";
import { POLL, Stage } from "../peers/stage.ts";

// Our dhtchat in a room with the real library, which does there what the real dhtchat does.

const OUR_PROGRAM = fileURLToPath(new URL("../../packages/cli/bin/dhtchat.js", import.meta.url));
const TIME = String.raw`at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(took -?\d+\.\d{6}s\)`;

function lineOf(program: LineProcess, pattern: RegExp): Promise<string> {
  return program.lines.waitFor((line) => pattern.test(line), `${pattern}`);
}

test("what is said in a room, to all or to one alone, is read on the other side", async () => {
  await using stage = new Stage();
  const { network } = stage;
  const meeting = stage.use(await DhtRunner.run({ network, bind4: LOOPBACK_4, bind6: null, maxPeerReqPerSec: -1 }));
  const way = meeting.getBound(4)?.port ?? 0;
  const theirs = new LineProcess(nativeProgram("chat"), [await freePort(), network, way, "kitchen"].map(String));
  stage.use({ [Symbol.asyncDispose]: () => theirs.stop() });
  const ours = new LineProcess(
    process.execPath,
    [OUR_PROGRAM, "-p", `${await freePort()}`, "-n", `${network}`, "-b", `${LOOPBACK_4}:${way}`, "-i"],
    (line) => line.replace(/^(?:>>? )+/, ""),
  );
  stage.use({ [Symbol.asyncDispose]: () => ours.stop("d\nq") });
  const theirId = await lineOf(theirs, /^[0-9a-f]{40}$/);
  const ourId = (await lineOf(ours, /^Public key ID /)).slice(-40);
  ours.write("c kitchen");
  await lineOf(ours, /^Joining h\(kitchen\) = [0-9a-f]{40}$/);
  await expect.poll(() => meeting.findCertificate(InfoHash.fromHex(ourId)), POLL).not.toBeNull();
  await expect.poll(() => meeting.findCertificate(InfoHash.fromHex(theirId)), POLL).not.toBeNull();

  ours.write("is there any tea left?");
  expect(await lineOf(theirs, /tea/)).toBe(`open ${ourId} is there any tea left?`);
  theirs.write("no, but coffee");
  expect(await lineOf(ours, /coffee/)).toMatch(new RegExp(`^${theirId} ${TIME} : \\d+ - no, but coffee$`));
  ours.write(`e ${theirId} do not tell Bob`);
  expect(await lineOf(theirs, /Bob/)).toBe(`secret ${ourId} do not tell Bob`);
  theirs.write(`e ${ourId} he is listening`);
  expect(await lineOf(ours, /listening/)).toMatch(
    new RegExp(`^${theirId} ${TIME} ENCRYPTED : \\d+ - ?he is listening$`),
  );
  expect(theirs.lines.entries).not.toContain("not sent");
});
