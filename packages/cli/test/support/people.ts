import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateNodeIdentity, type Identity, saveIdentity } from "@hashmere/crypto";

/** Short keys, for tests do not have all day. */
const BITS = 2048;

export const PASSWORD = "correct horse";

export interface Person {
  readonly identity: Identity;
  /** Of the files `.pem` and `.crt`. */
  readonly prefix: string;
  /** 40 hexadecimal digits. */
  readonly id: string;
  /** 64 hexadecimal digits. */
  readonly longId: string;
}

/** People with identities in files, in a directory of their own. Files that end in `-locked` have a password. */
export async function startPeople<Name extends string>(...names: readonly Name[]) {
  const directory = await mkdtemp(join(tmpdir(), "hashmere-"));
  const people = await Promise.all(names.map(async (name) => [name, await newPerson(join(directory, name))] as const));
  return {
    // The entries have every name.
    ...(Object.fromEntries(people) as Record<Name, Person>),
    directory,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  };
}

async function newPerson(prefix: string): Promise<Person> {
  const { identity } = await generateNodeIdentity(BITS);
  await saveIdentity(identity, prefix);
  await saveIdentity(identity, `${prefix}-locked`, { password: PASSWORD });
  const { certificate } = identity;
  return { identity, prefix, id: toHex(certificate.shortId()), longId: toHex(certificate.longId()) };
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
