import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { PROXY_URL, Scene } from "./scene.ts";

/** A client of a proxy: listens to three keys, says so, and stays. Only the first is never sent anything. */
const LISTENER = `
for (const [key, headers] of [["a", {}], ["b?heartbeat=5", {}], ["c", { accept: "text/event-stream" }]]) {
  const [name, query = ""] = key.split("?");
  const { body } = await fetch("${PROXY_URL}/key/" + name + "/listen?" + query, { headers });
  body.pipeTo(new WritableStream()).catch(() => {});
}
console.log("listening");
setInterval(() => {}, 60_000);`;

/** What a proxy says to everybody who asks. */
const COUNT = `console.log(/^hashmere_proxy_listens (.*)$/m.exec(await (await fetch("${PROXY_URL}/metrics")).text())[1]);`;

test("a proxy notices that a client's cable was pulled: after 40 s, or 60 s after it has sent something", {
  timeout: 240_000,
}, async () => {
  await using scene = await Scene.open({ a: "port-restricted" });
  const listens = async () =>
    Number(await scene.lab.run("exec", "pub1", process.execPath, "--input-type=module", "-e", COUNT));
  const client = scene.lab.spawn("a1", process.execPath, ["--input-type=module", "-e", LISTENER]);
  try {
    for await (const line of createInterface(client.stdout)) if (line === "listening") break;
    expect(await listens()).toBe(3);
    await scene.lab.run("link", "a1", "down");
    await expect.poll(listens, { timeout: 50_000, interval: 1_000 }).toBe(2);
    await expect.poll(listens, { timeout: 80_000, interval: 1_000 }).toBe(0);
  } finally {
    client.kill();
  }
});
