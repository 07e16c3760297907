import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encryptValue, InfoHash, signValue, Value } from "@hashmere/dht";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hashmere } from "../support/cli.ts";
import { PASSWORD, startPeople } from "../support/people.ts";

interface Vector {
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly output: Readonly<Record<string, unknown>>;
}

/** Captured from OpenDHT 2.4.12 and 4.3. */
const { vectors }: { vectors: readonly Vector[] } = JSON.parse(
  readFileSync(new URL("../../../crypto/test/vectors/opendht-crypto.json", import.meta.url), "utf8"),
);

let people: Awaited<ReturnType<typeof startPeople<"alice" | "bob">>>;

beforeAll(async () => {
  people = await startPeople("alice", "bob");
});

afterAll(() => people[Symbol.asyncDispose]());

async function decoded(values: readonly string[], ...options: string[]) {
  const { status, stdout, stderr } = await hashmere(["decode", "--value", ...options], `${values.join("\n")}\n`);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** A field of a vector that is a text. */
function text(fields: Readonly<Record<string, unknown>>, name: string): string {
  return String(fields[name]);
}

function vectorsUnder(prefix: string): readonly Vector[] {
  return vectors.filter(({ name }) => name.startsWith(prefix));
}

const hex = (value: Value) => Buffer.from(value.getPacked()).toString("hex");

describe("captured values", () => {
  test("that are signed: the signature is told right, and the bytes come back", async () => {
    const signed = vectorsUnder("value/signed/");
    const packed = signed.map(({ inputs, output }) => text("packed_hex" in output ? output : inputs, "packed_hex"));
    const answers = await decoded(packed);
    expect(answers.map(({ kind, reencoded, signature }) => [kind, reencoded, signature])).toEqual(
      signed.map(({ name }, i) => ["value", packed[i], name.endsWith("tampered") ? "invalid" : "valid"]),
    );
  });

  test("that are encrypted: the recipient's key opens them, another does not", async () => {
    const keys = new Map(
      vectorsUnder("identity/").map(({ name, inputs, output }) => [
        name,
        text("private_key_pem" in output ? output : inputs, "private_key_pem"),
      ]),
    );
    for (const { name, inputs, output } of vectorsUnder("value/encrypted/")) {
      const file = join(people.directory, "key.pem");
      await writeFile(file, keys.get(text(inputs, "recipient")) ?? "");
      const [answer] = await decoded([text(inputs, "packed_hex")], "--key", file);
      if ("error" in output) {
        expect(answer, name).toMatchObject({ signature: "none", decrypted: { error: expect.any(String) } });
      } else {
        const { body } = answer.decrypted.dat;
        expect([answer.signature, body.data], name).toEqual(["valid", { $bin: output.data_hex }]);
      }
    }
  });

  test("that hold a certificate are just values, unsigned", async () => {
    const [answer] = await decoded(vectorsUnder("value/certificate").map(({ output }) => text(output, "packed_hex")));
    expect(answer).toMatchObject({ kind: "value", signature: "none", message: { id: "1" } });
    expect(answer).not.toHaveProperty("decrypted");
  });
});

describe("values of ours", () => {
  test("without a key stay closed; a protected key opens with its password", async () => {
    const { alice, bob } = people;
    const value = new Value({ id: 2n ** 63n, data: Buffer.from("psst") });
    const closed = hex(await encryptValue(value, alice.identity.key, bob.identity.key.publicKey));
    expect(await decoded([closed])).toEqual([
      {
        kind: "value",
        message: { id: `${2n ** 63n}`, dat: { $bin: expect.any(String) } },
        reencoded: closed,
        signature: "none",
      },
    ]);
    const key = ["--key", `${bob.prefix}-locked.pem`, "--privkey-password", PASSWORD];
    const [opened] = await decoded([closed], ...key);
    expect(opened).toMatchObject({
      signature: "valid",
      decrypted: {
        id: `${2n ** 63n}`,
        dat: { body: { data: { $bin: Buffer.from("psst").toString("hex") }, to: { $bin: bob.id } } },
      },
    });
  });

  test("a signature inside that is another's is invalid", async () => {
    const { alice, bob } = people;
    const to = bob.identity.key.publicKey;
    const signed = await signValue(
      new Value({ data: Buffer.from("a"), recipient: InfoHash.fromBytes(to.shortId()) }),
      alice.identity.key,
    );
    const forged = signed.withData(Buffer.from("b"));
    const packed = hex(new Value({ id: 1n, cypher: to.encrypt(forged.getToEncrypt()) }));
    const [answer] = await decoded([packed], "--key", `${bob.prefix}.pem`);
    expect(answer).toMatchObject({ signature: "invalid", decrypted: { code: "ERR_SIGNATURE_INVALID" } });
  });

  test("what is no value is told of, and the rest goes on", async () => {
    const answers = await decoded(["zz", "c0", hex(new Value({ id: 1n }))]);
    expect(answers).toEqual([
      { error: expect.stringMatching(/not hexadecimal/) },
      { error: expect.stringMatching(/not a packed value/), code: "ERR_UNPACK" },
      expect.objectContaining({ kind: "value", signature: "none" }),
    ]);
  });
});

test.each([
  [["--key", "x"], /Add --value/],
  [["--value", "--pcap", "x"], /cannot be used with/],
  [["--value", "--port", "1"], /cannot be used with/],
])("decode %j is wrong use", async (options, message) => {
  const { status, stderr } = await hashmere(["decode", ...options]);
  expect(status).toBe(1);
  expect(stderr).toMatch(message);
});
