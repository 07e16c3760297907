import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { relayOf, TURN_PASSWORD_VARIABLE, type TurnSettings } from "../../src/nc/turn-options.ts";

const HOST = "relay.example:3479";
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hashmere-turn-"));
});

afterAll(() => rm(folder, { recursive: true }));

/** The password with which the relay is used. */
async function passwordOf(settings: Partial<TurnSettings>, stdin = new PassThrough()): Promise<string | undefined> {
  const none = { host: HOST, user: "me", password: undefined, passwordFile: undefined, realm: undefined };
  return (await relayOf({ ...none, ...settings }, stdin))?.password;
}

function inEnvironment(password: string): void {
  process.env[TURN_PASSWORD_VARIABLE] = password;
  onTestFinished(() => void delete process.env[TURN_PASSWORD_VARIABLE]);
}

test("without a relay, nothing is read", async () => {
  expect(await passwordOf({ host: undefined, passwordFile: join(folder, "missing") })).toBeUndefined();
});

test("the password comes from the first line of a file, whatever else names one", async () => {
  const file = join(folder, "password");
  await writeFile(file, "from the file\nnot this\n");
  inEnvironment("from the environment");
  expect(await passwordOf({ passwordFile: file })).toBe("from the file");
  expect(await passwordOf({ passwordFile: file, password: "of the configuration" })).toBe("from the file");
});

test("it comes from the environment when nothing else names one", async () => {
  inEnvironment("from the environment");
  expect(await passwordOf({})).toBe("from the environment");
  expect(await passwordOf({ password: "of the command line" })).toBe("of the command line");
});

test("it comes from standard input, where what follows it is left to be sent", async () => {
  const stdin = new PassThrough();
  stdin.write("from ");
  const reading = passwordOf({ passwordFile: "-" }, stdin);
  stdin.write("input\r\nda");
  expect(await reading).toBe("from input");
  stdin.end("ta");
  expect(await text(stdin)).toBe("data");
});

test("it is all of an input that has no second line", async () => {
  const stdin = new PassThrough();
  stdin.end("alone");
  expect(await passwordOf({ passwordFile: "-" }, stdin)).toBe("alone");
});

test("a file that can't be read, or is no password, is told", async () => {
  await writeFile(join(folder, "large"), "x".repeat(4097));
  const endless = new PassThrough();
  endless.end("x".repeat(4098));
  await expect(passwordOf({ passwordFile: join(folder, "missing") })).rejects.toMatchObject({ code: "ERR_FILE" });
  await expect(passwordOf({ passwordFile: join(folder, "large") })).rejects.toMatchObject({ code: "ERR_FILE" });
  await expect(passwordOf({ passwordFile: "-" }, endless)).rejects.toMatchObject({ code: "ERR_FILE" });
});
