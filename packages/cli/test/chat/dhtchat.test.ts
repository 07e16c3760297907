import { ImMessage, InfoHash, Value } from "@hashmere/dht";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeMessage, encodeMessage } from "../../src/chat/message.ts";
import { start } from "../support/cli.ts";
import { NETWORK, startPeer } from "../support/network.ts";
import { type Person, startPeople } from "../support/people.ts";

let people: Awaited<ReturnType<typeof startPeople<"alice" | "bob">>>;
let peer: Awaited<ReturnType<typeof startPeer>>;

beforeAll(async () => {
  people = await startPeople("alice", "bob");
  peer = await startPeer();
});

afterAll(async () => {
  await peer[Symbol.asyncDispose]();
  await people[Symbol.asyncDispose]();
});

function chat({ prefix }: Person) {
  const files = ["--certificate", `${prefix}.crt`, "--privkey", `${prefix}.pem`];
  return start("dhtchat", ["-n", `${NETWORK}`, "-b", `${peer.node.getBound()}`, ...files]);
}

test("two people talk, openly and in secret, and see nothing of what they say themselves", async () => {
  const room = InfoHash.get("kitchen");
  await using alice = chat(people.alice);
  await using bob = chat(people.bob);
  for (const person of [alice, bob]) {
    person.say("c kitchen\n");
    await person.until(
      new RegExp(`  type 'c {hash}' to join a channel\n\n> c kitchen\nJoining h\\(kitchen\\) = ${room}\n>> `),
    );
  }
  alice.say("is there any tea left?\n");
  const time = String.raw`at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(took -?\d+\.\d{6}s\)`;
  await bob.until(new RegExp(`${people.alice.id} ${time} : \\d+ - is there any tea left\\?$`, "m"));
  bob.say(`e ${people.alice.id} yes, do not tell\n`);
  await alice.until(new RegExp(`${people.bob.id} ${time} ENCRYPTED : \\d+ - yes, do not tell$`, "m"));
  const { status, stdout } = await alice.end("x\nd\nzork\nq\n");
  expect(status).toBe(0);
  expect(stdout).toMatch(/x\n>> d\n> zork\nUnknown command\. Type 'c \{hash\}' to join a channel\n> q\n/);
  expect(stdout).toMatch(/\nStopping node\.\.\.\n$/);
  expect(stdout).not.toContain(`${people.alice.id} at`);
  await bob.until(/- x$/m);
}, 30_000);

test("what can't be sent is told of", async () => {
  await using alice = chat(people.alice);
  alice.say(`c attic\ne ${"ab".repeat(20)} hello?\n`);
  await alice.until(/Message publishing failed !/);
  await alice.until(/no certificate for (ab){20}/);
}, 30_000);

test("a message is a signed ImMessage, and what strangers write is shown and not obeyed", () => {
  const now = new Date(1_800_000_000_250);
  const value = encodeMessage("bell \u0007", 5n, now);
  expect(ImMessage.decode(value)).toMatchObject({ id: 5n, msg: "bell \u0007", date: 1_800_000_000 });
  const owner = people.alice.identity.key.publicKey.der();
  const signed = value.with({ owner, signature: new Uint8Array(256) });
  expect(describeMessage(signed, now)).toMatch(/\(took 0\.250000s\) : 5 - bell \\x07$/);
  expect(describeMessage(value, now)).toBe(undefined);
  expect(describeMessage(new Value({ type: 3, owner, signature: Uint8Array.of(1) }), now)).toBe(undefined);
});
