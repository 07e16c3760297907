import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { start } from "../support/cli.ts";
import { startPeople } from "../support/people.ts";

// A password that doesn't open a key shows in nothing that is printed.

const WRONG = "hunter2-is-wrong";

let people: Awaited<ReturnType<typeof startPeople<"alice">>>;
let passwordFile: string;

beforeAll(async () => {
  people = await startPeople("alice");
  passwordFile = join(people.directory, "password");
  await writeFile(passwordFile, `${WRONG}\n`);
});

afterAll(() => people[Symbol.asyncDispose]());

const COMMANDS: Readonly<Record<string, (prefix: string) => readonly string[]>> = {
  "cert request": (prefix) => ["cert", "request", "x", "-o", `${prefix}-new`, "--key", `${prefix}.pem`],
  "cert new": (prefix) => ["cert", "new", "x", "-o", `${prefix}-new`, "--issuer", prefix, "--ec"],
  decode: (prefix) => ["decode", "--value", "--key", `${prefix}.pem`],
  put: (prefix) => ["put", "key", "text", "--sign", "--identity", prefix, "--bootstrap", "127.0.0.1:9"],
  dhtnode: (prefix) => ["dhtnode", "-v", "--certificate", `${prefix}.crt`, "--privkey", `${prefix}.pem`],
  crtmgr: (prefix) => ["dhtnet-crtmgr", "-a", "-c", `${prefix}.crt`, "-p", `${prefix}.pem`],
};

describe.each(Object.keys(COMMANDS))("%s", (name) => {
  test.each(["an option", "a file", "the environment"])("does not show a wrong password from %s", async (way) => {
    const args = COMMANDS[name]?.(`${people.alice.prefix}-locked`) ?? [];
    const options: Readonly<Record<string, readonly string[]>> = {
      "an option": ["--privkey-password", WRONG],
      "a file": ["--privkey-password-file", passwordFile],
      "the environment": [],
    };
    const environment = way === "the environment" ? { HASHMERE_KEY_PASSWORD: WRONG } : {};
    await using running = start("hashmere", [...args, ...(options[way] ?? [])], environment);
    const { status, stdout, stderr } = await running.end();
    expect(status).toBe(2);
    expect(stderr).toMatch(/alice-locked\.pem: the password doesn't open this private key\n/);
    expect(stdout + stderr).not.toContain(WRONG);
  });
});
