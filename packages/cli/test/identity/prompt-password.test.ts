import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { promptPassword } from "../../src/identity/prompt-password.ts";

function context({ isTerminal }: { readonly isTerminal: boolean }) {
  const stdin = Object.assign(new PassThrough(), { isTTY: isTerminal });
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const interruption = new AbortController();
  const run = () => Promise.resolve();
  return { streams: { stdin, stdout, stderr }, interrupted: interruption.signal, run, interruption };
}

test("a password is asked for on a terminal, and never shown", async () => {
  const terminal = context({ isTerminal: true });
  const answer = promptPassword("Password of key.pem: ", terminal);
  terminal.streams.stdin.write("hunter2\r");
  expect(await answer).toBe("hunter2");
  terminal.streams.stdout.end();
  terminal.streams.stderr.end();
  expect(await text(terminal.streams.stderr)).toBe("Password of key.pem: \n");
  expect(await text(terminal.streams.stdout)).toBe("");
});

test("in a pipe nobody is asked", async () => {
  expect(await promptPassword("Password: ", context({ isTerminal: false }))).toBe(undefined);
});

test("an interruption ends the question", async () => {
  const terminal = context({ isTerminal: true });
  const answer = promptPassword("Password: ", terminal);
  terminal.interruption.abort();
  await expect(answer).rejects.toThrow();
});
