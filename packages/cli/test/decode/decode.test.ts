import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { hashmere, start } from "../support/cli.ts";

interface Vector {
  readonly name: string;
  readonly hex: string;
  readonly transport?: object;
}

const { vectors }: { vectors: readonly Vector[] } = JSON.parse(
  readFileSync(new URL("../../../dht/test/vectors/opendht-wire.json", import.meta.url), "utf8"),
);

/** What travels: datagrams, also those of the local discovery, and the values that parts make. */
const TRAVELLING = vectors.filter(
  ({ name, transport }) =>
    transport || /^discovery-|assembled|^value-(?!.*(tosign|toencrypt|inner|cypher|-sig-))/.test(name),
);
const MALFORMED = vectors.filter(({ name }) => name.startsWith("malformed-"));

async function decoded(lines: readonly string[]) {
  const { status, stdout } = await hashmere(["decode"], `${lines.join("\n")}\n`);
  expect(status).toBe(0);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe("captured datagrams", () => {
  test("are understood, and encoded to the very same bytes", async () => {
    const answers = await decoded(TRAVELLING.map(({ hex }) => hex));
    expect(answers.map(({ reencoded }) => reencoded)).toEqual(TRAVELLING.map(({ hex }) => hex));
  });

  test("that are malformed are told of, a line each", async () => {
    const answers = await decoded(MALFORMED.map(({ hex }) => hex));
    expect(answers).toEqual(MALFORMED.map(() => ({ error: expect.any(String) })));
  });

  test("are drawn as they lie on the wire, with bytes in hexadecimal and ids of values as decimal text", async () => {
    const named = (name: string) => vectors.find((vector) => vector.name === name)?.hex ?? "";
    const [ping, refresh, update] = await decoded(
      ["ping-query-2.4.12", "refresh-query-2.4.12-lib", "update-values-2.4.12"].map(named),
    );
    expect(ping).toMatchObject({
      kind: "ping",
      message: { a: { id: { $bin: "13736b97a1b42332ee9079496d1ee341a2cf449f" } }, q: "ping", t: 3647688710 },
    });
    expect(refresh).toMatchObject({ kind: "refresh", message: { a: { vid: "12345" } } });
    expect(update).toMatchObject({ kind: "update", message: { a: { values: [{ id: "485277646374785881" }] } } });
  });
});

test("other lines are answered too, blank ones passed over", async () => {
  expect(await decoded(["zork", "", "  A171  ", "81a", "ff"])).toEqual([
    { error: expect.stringContaining("not hexadecimal") },
    { kind: "discovery", message: "q", reencoded: "a171" },
    { error: expect.stringContaining("not hexadecimal") },
    { error: expect.any(String) },
  ]);
});

test("a reader that has enough ends it without a word", async () => {
  await using running = start("hashmere", ["decode"]);
  running.process.stdout.once("data", () => running.process.stdout.destroy());
  const { status, stderr } = await running.end("a171\n".repeat(100_000));
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

test("Ctrl-C ends the wait for more: status 130", async () => {
  await using running = start("hashmere", ["decode"]);
  running.say("a171\n");
  await running.until(/discovery/);
  running.process.kill("SIGINT");
  expect((await running.outcome()).status).toBe(130);
});
