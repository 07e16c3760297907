import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadIdentity } from "@hashmere/crypto";
import { DhtRunner } from "@hashmere/dht";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { start } from "../support/cli.ts";
import { NETWORK, startPeer } from "../support/network.ts";
import { PASSWORD, type Person, startPeople } from "../support/people.ts";

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

function files(prefix: string): string[] {
  return ["--certificate", `${prefix}.crt`, "--privkey", `${prefix}.pem`];
}

function dhtnode(options: readonly string[], environment?: NodeJS.ProcessEnv) {
  return start("dhtnode", ["-n", `${NETWORK}`, "-b", `${peer.node.getBound()}`, ...options], environment);
}

async function refusal(options: readonly string[], environment?: NodeJS.ProcessEnv) {
  await using running = start("dhtnode", options, environment);
  return await running.end();
}

/** A node of that person, known to the others. */
async function nodeOf({ identity }: Person) {
  const bootstrap = `${peer.node.getBound()}`;
  const node = await DhtRunner.run({ bind4: "127.0.0.1", bind6: null, network: NETWORK, identity, bootstrap });
  const announced = Promise.withResolvers<void>();
  node.addEventListener("identityannounced", () => announced.resolve());
  await announced.promise;
  return node;
}

describe("an identity from files", () => {
  test("is told of with both ids", async () => {
    await using running = dhtnode(files(people.alice.prefix));
    const { stdout } = await running.end("ll\n");
    const { id, longId } = people.alice;
    expect(stdout.match(/^Public key ID .*$/gm)).toEqual([`Public key ID ${id}`, `Public key ID ${id}`]);
    expect(stdout).toContain(`Public key long ID ${longId}\n`);
  });

  test("opens with the password of an option, of a file, or of the environment", async () => {
    const locked = files(`${people.alice.prefix}-locked`);
    const file = join(people.directory, "password");
    await writeFile(file, `${PASSWORD}\n`);
    const ways: [string[], NodeJS.ProcessEnv?][] = [
      [["--privkey-password", PASSWORD]],
      [["-m", PASSWORD]],
      [["--privkey-password-file", file]],
      [[], { HASHMERE_KEY_PASSWORD: PASSWORD }],
    ];
    for (const [options, environment] of ways) {
      await using running = dhtnode([...locked, ...options], environment);
      expect((await running.end()).stdout).toContain(`Public key ID ${people.alice.id}\n`);
    }
  });

  test("does not open with another, and nothing that is printed has it", async () => {
    const locked = files(`${people.alice.prefix}-locked`);
    for (const options of [[], ["-m", "sesame"]]) {
      const { status, stdout, stderr } = await refusal(["-v", ...locked, ...options]);
      expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
      expect(stderr).toMatch(/password/);
      expect(stderr).not.toMatch(/sesame/);
    }
  });

  test("must be whole, and one", async () => {
    const { alice, bob } = people;
    const cases: [string[], number, RegExp][] = [
      [["--privkey", `${alice.prefix}.pem`], 1, /both --certificate and --privkey/],
      [["-i", ...files(alice.prefix)], 1, /exclude each other/],
      [["--certificate", `${bob.prefix}.crt`, "--privkey", `${alice.prefix}.pem`], 2, /doesn't belong/],
      [files(join(people.directory, "nobody")), 2, /nobody\.pem can't be read/],
      [["--certificate", `${bob.prefix}.pem`, "--privkey", `${bob.prefix}.crt`], 2, /not a private key/],
    ];
    for (const [options, status, message] of cases) {
      expect(await refusal(options)).toMatchObject({ status, stdout: "", stderr: expect.stringMatching(message) });
    }
  });

  test("in the background, what is wrong with it is told in the foreground", async () => {
    const { status, stderr } = await refusal(["-d", ...files(join(people.directory, "nobody"))]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/nobody\.pem can't be read/);
  });
});

describe("a new identity", () => {
  test("is saved where only its owner reads the keys, is the one that runs, and overwrites nothing", async () => {
    const prefix = join(people.directory, "new");
    await using running = dhtnode(["-i", "--save-identity", prefix, "-m", PASSWORD]);
    const { stdout } = await running.end();
    const { certificate } = await loadIdentity(prefix, { password: PASSWORD });
    expect(stdout).toContain(`Public key ID ${Buffer.from(certificate.shortId()).toString("hex")}\n`);
    await loadIdentity(`${prefix}_ca`, { password: PASSWORD });
    for (const file of [`${prefix}.pem`, `${prefix}_ca.pem`]) expect((await stat(file)).mode & 0o777).toBe(0o600);
    const again = await refusal(["-I", prefix]);
    expect(again.status).toBe(2);
    expect(again.stderr).toMatch(/new\.pem exists.*\nTo use it: --certificate/);
  }, 60_000);
});

describe("s and e", () => {
  test("need an identity", async () => {
    await using running = dhtnode([]);
    const { stderr } = await running.end("s foo bar\ne foo 00 bar\n");
    expect(stderr).toBe("An identity is required to perform this operation (run with -i)\n".repeat(2));
  });

  test("put values that others can trust, and that the recipient alone can read, by either id", async () => {
    await using bob = await nodeOf(people.bob);
    await using running = dhtnode(files(people.alice.prefix));
    running.say(`s news headline\ne inbox ${people.bob.id} short\ne inbox ${people.bob.longId} long\n`);
    await running.until(/Put signed: success \(took .*\)\n/);
    await running.until(/Put encrypted: success.*Put encrypted: success \(took .*\)\n/s);
    const signed = await peer.node.getFirst("news");
    expect([signed?.text(), signed?.ownerId?.toString()]).toEqual(["headline", people.alice.id]);
    const read = await bob.getAll("inbox");
    expect(read.map((value) => value.text()).toSorted()).toEqual(["long", "short"]);
    expect(read.map(({ ownerId }) => `${ownerId}`)).toEqual([people.alice.id, people.alice.id]);
    await bob.putEncrypted("reply", people.alice.identity.certificate.publicKey, "for alice");
    running.say("g reply\ng inbox\n");
    await running.until(/signed \(v0\) decrypted data\(text\/plain\):"for alice"/);
  });

  test("tell the right form, and who can't be found", async () => {
    await using running = dhtnode(files(people.alice.prefix));
    running.say(`s foo\ne foo bar baz\ne foo ${"ab".repeat(20)} lost\n`);
    await running.until(/Syntax: s \[key\] \[value\]/);
    await running.until(/Syntax: e \[key\]/);
    await running.until(/Put encrypted: failure/);
    await running.until(/no certificate for (ab){20}/);
  });
});
