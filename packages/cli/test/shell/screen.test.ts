import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { Screen, type ScreenOptions } from "../../src/shell/screen.ts";

/** A terminal of which we are the keyboard and the eye. */
class Terminal {
  readonly stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} });
  readonly stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  readonly stderr = new PassThrough();

  type(text: string): void {
    this.stdin.write(text);
  }

  /** Waits until this is on the screen, and clears it. */
  async sees(text: string): Promise<string> {
    let seen = "";
    while (!seen.includes(text)) {
      await new Promise((resolve) => this.stdout.once("readable", resolve));
      seen += this.stdout.read() ?? "";
    }
    return seen;
  }
}

function open(options?: ScreenOptions) {
  const terminal = new Terminal();
  const screen = new Screen(terminal, options);
  const lines: string[] = [];
  const end = new AbortController();
  const closed = screen.read((line) => lines.push(line), end.signal);
  return { terminal, screen, lines, end, closed };
}

test("what is printed while somebody types leaves the prompt and what was typed", async () => {
  const { terminal, screen, lines, end, closed } = open();
  terminal.type("g fo");
  await terminal.sees("o");
  screen.print("Get: completed\n");
  expect(await terminal.sees("g fo")).toContain("Get: completed\n");
  terminal.type("o\r");
  await terminal.sees("\n");
  expect(lines).toEqual(["g foo"]);
  end.abort();
  await closed;
});

test("Tab completes the word", async () => {
  const { terminal, lines, end, closed } = open({
    complete: (line) => ["log"].filter((word) => word.startsWith(line)),
  });
  terminal.type("lo");
  await terminal.sees("o");
  terminal.type("\t");
  await terminal.sees("g");
  terminal.type("\r");
  await terminal.sees("\n");
  expect(lines).toEqual(["log"]);
  end.abort();
  await closed;
});

test("the arrow brings back lines of earlier sessions, and new ones are told", async () => {
  const told: string[][] = [];
  const { terminal, lines, end, closed } = open({
    history: ["ll", "lr"],
    historySize: 10,
    onHistory: (history) => told.push([...history]),
  });
  terminal.type("\u001b[A\u001b[A\r");
  await terminal.sees("\n");
  expect(lines).toEqual(["lr"]);
  expect(told.at(-1)).toEqual(["lr", "ll"]);
  end.abort();
  await closed;
});

test.each([
  ["Ctrl-C", "\u0003"],
  ["Ctrl-D", "\u0004"],
])("%s ends the reading", async (_name, key) => {
  const { terminal, closed } = open();
  terminal.type(key);
  await closed;
});

test("Ctrl-Z does nothing", async () => {
  const { terminal, lines, end, closed } = open();
  terminal.type("l\u001al\r");
  await terminal.sees("\n");
  expect(lines).toEqual(["ll"]);
  end.abort();
  await closed;
});
