import { DhtRunner } from "@hashmere/dht";
import { type ProxyServer, ProxyServerError } from "@hashmere/proxy";
import { stop } from "../dhtnode/stop.ts";
import { ExitStatus } from "../exit-status.ts";
import { PUBLIC_BOOTSTRAP } from "../one-shot/options.ts";
import type { Streams } from "../output/output.ts";
import { throughProxy } from "../proxy/client-options.ts";
import { Proxies } from "../proxy/proxies.ts";
import { HELP_HINT, Shell } from "../shell/shell.ts";
import { VERSION } from "../version.ts";
import { exchange } from "./exchange.ts";

const NODES = 8;
/** Keeps the playground apart from any other network on the machine: "play" in ASCII. */
const NETWORK = 0x706c6179;
const CONNECT_TIMEOUT_MS = 20_000;
/** Where the page is, unless somebody else is there. */
const PAGE_PORT = 8080;

/** A small network on loopback: a value put on one node, got from another, and a prompt on a third. */
export async function playground(streams: Streams): Promise<ExitStatus> {
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interruption.abort());
  await using network = new AsyncDisposableStack();
  const first = network.use(await startNode());
  const others: DhtRunner[] = [];
  for (let count = 1; count < NODES; count++) others.push(network.use(await startNode(first)));
  const signal = AbortSignal.any([interruption.signal, AbortSignal.timeout(CONNECT_TIMEOUT_MS)]);
  await Promise.all([first, ...others].map((node) => node.connected({ signal })));

  const shell = await Shell.open(streams);
  const print = (text: string) => shell.print(text);
  print(`Hashmere ${VERSION} · ${NODES} nodes on this machine, network "playground"`);
  await exchange(others.at(2) ?? first, others.at(-1) ?? first, print);
  await using proxies = await Proxies.open(first, { options: { proxyAddr: "127.0.0.1" }, logger: shell.logger });
  print(`  page  ${await openPage(proxies)}`);
  print(`  join the public network:  npx hashmere node --bootstrap ${PUBLIC_BOOTSTRAP}`);
  print(`  below: the prompt of node ${first.nodeId}, Ctrl-D to leave\n${HELP_HINT}`);
  await shell.run(first, { proxies, signal: interruption.signal });
  print("");
  await stop(first, interruption.signal); // while the others are there to answer
  return ExitStatus.done;
}

/** Where people can watch the first node: at any free port where the usual one is taken. */
async function openPage(proxies: Proxies): Promise<string> {
  try {
    return pageOf(await proxies.start(PAGE_PORT));
  } catch (error) {
    if (!(error instanceof ProxyServerError)) throw error;
    return `${pageOf(await proxies.start(0))}        port ${PAGE_PORT} is taken by another program`;
  }
}

function pageOf({ url }: ProxyServer): string {
  return `http://localhost:${new URL(url).port}`;
}

/** On loopback alone, so that nothing leaves this machine. */
function startNode(knows?: DhtRunner): Promise<DhtRunner> {
  const address = knows?.getBound();
  return DhtRunner.run({
    bind4: "127.0.0.1",
    bind6: null,
    network: NETWORK,
    ...throughProxy(undefined), // none, until `stt`
    ...(address && { bootstrap: [address.toString()] }),
  });
}
