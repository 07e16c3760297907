// The pictures of docs/dashboard.md, taken from a network of ours on loopback:
//   node interop/screenshots.ts
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { Browser } from "./peers/browser.ts";
import { PageNetwork } from "./peers/page-network.ts";

const FOLDER = fileURLToPath(new URL("../docs/images/", import.meta.url));
const NODES = 40;
/** Everyday life of the network before the pictures are taken, so that there is something to see. */
const WARM_UP_ROUNDS = 130;
const ROUND_MS = 500;
/** By then the page has been told what its node holds. */
const STORE_TOLD_MS = 6000;
const CONVERSATION = ["hello", "anybody here?", "yes, all of us"];
/** Nodes that listen to all that is said and put. */
const LISTENERS = [5, 17, 29];
const SCREEN = { width: 1280, height: 960 };
const PHONE = { width: 360, height: 780 };

await using network = await PageNetwork.start({ network: 0x70696373, nodes: NODES });
await using browser = await Browser.start();

const live = await browser.open(network.url, { viewport: SCREEN, colorScheme: "light" });
const pocket = await browser.open(network.url, {
  viewport: PHONE,
  colorScheme: "light",
  hasTouch: true,
});
for (let round = 0; round < WARM_UP_ROUNDS; round++) {
  await everydayLife(round);
  await sleep(ROUND_MS);
}
// Of chosen keys none may be close to the node with the page; its own id is.
const neighbourhood = network.nodes[0]?.nodeId ?? "room";
await network.nodes.at(-1)?.put(neighbourhood, "next door");
for (const number of LISTENERS) {
  for (const key of [neighbourhood, "room", ...[0, 8, 16, 24, 32].map((picture) => `picture ${picture}`)]) {
    network.nodes[number]?.listen(key);
  }
}
await sleep(STORE_TOLD_MS);
await live.getByLabel(/^Key/).fill("room");
await live.getByRole("button", { name: "Listen" }).click();
await live.getByLabel(/^Key/).fill("picture 8");
await live.getByRole("button", { name: "Look up" }).click();
await sleep(2500);
await live.locator("summary", { hasText: "listener" }).first().click();
await take(live, "live-light");
await live.emulateMedia({ colorScheme: "dark" });
await sleep(1000);
await take(live, "live-dark");
await take(pocket, "live-phone");

const simulation = await browser.open(`${network.url}/dashboard/#simulate`, { viewport: SCREEN, colorScheme: "light" });
await sleep(9000);
await simulation.getByRole("button", { name: "Kill a third" }).click();
await sleep(1200); // before the writers come by again
await take(simulation, "simulate-light");
await simulation.emulateMedia({ colorScheme: "dark" });
await simulation.getByRole("button", { name: "Look up a value" }).click();
await sleep(2200);
await take(simulation, "simulate-dark");

if (browser.failures.length > 0) throw new Error(browser.failures.join("\n"));

async function everydayLife(round: number): Promise<void> {
  const writer = network.nodes[(round * 7) % NODES];
  const reader = network.nodes[(round * 3 + 1) % NODES];
  if (round % 8 === 0) await writer?.put(`picture ${round % 40}`, `picture number ${round}`);
  const words = CONVERSATION[round / 40];
  if (words !== undefined) await writer?.put("room", words);
  await reader?.getAll(`picture ${(round * 8) % 40}`);
  for (let i = 0; i < 3 + 3 * Math.sin(round / 8); i++) await network.nodes[0]?.getAll(`picture ${round} ${i}`);
}

async function take(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `${FOLDER}${name}.png`, fullPage: page !== pocket });
}
