import { execFileSync, spawnSync } from "node:child_process";

/** What the laboratory runs, and the Debian package that has it. */
const PROGRAMS = {
  ip: "iproute2",
  nft: "nftables",
  python3: "python3",
  turnserver: "coturn",
  miniupnpd: "miniupnpd-nftables",
  upnpc: "miniupnpc",
} as const;

/** Started by the packages themselves; the laboratory starts its own in its namespaces. */
const SERVICES = ["coturn", "miniupnpd"] as const;

const PROBE_NAMESPACE = `hashmere-probe${process.pid}`;

/**
 * Makes sure that the laboratory can be built. As root, installs with apt-get what it needs.
 * @throws Error with the sentence to show when it cannot be built
 */
export function setUpLaboratory(): void {
  if (process.getuid?.() !== 0) {
    throw new Error(
      "The laboratory of routers is made of network namespaces, which root alone may make: sudo npm run test:nat. " +
        `It needs Debian's packages ${list(Object.values(PROGRAMS))}, and as root installs them itself.`,
    );
  }
  if (missingPackages().length > 0) install(missingPackages());
  if (spawnSync("ip", ["netns", "add", PROBE_NAMESPACE]).status !== 0) {
    throw new Error(
      "This machine lets nobody make network namespaces. In a container, give it the capability SYS_ADMIN.",
    );
  }
  execFileSync("ip", ["netns", "del", PROBE_NAMESPACE]);
}

function install(packages: readonly string[]): void {
  if (!exists("apt-get")) throw new Error(`The laboratory of routers needs ${list(packages)}: install what has them.`);
  console.error(`installing ${list(packages)} with apt-get …`);
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", ...packages]]) {
    execFileSync("apt-get", ["-qq", ...args], { stdio: ["ignore", "ignore", "inherit"], env: environment });
  }
  for (const service of SERVICES) stop(service);
  const stillMissing = missingPackages();
  if (stillMissing.length > 0)
    throw new Error(`apt-get ran, but what ${list(stillMissing)} should bring is not there.`);
}

/** Whether it ran, or could be stopped, doesn't matter: then its port is the machine's, not the laboratory's. */
function stop(service: string): void {
  if (spawnSync("systemctl", ["disable", "--now", service]).status !== 0) spawnSync("service", [service, "stop"]);
}

function missingPackages(): string[] {
  return Object.entries(PROGRAMS).flatMap(([program, name]) => (exists(program) ? [] : [name]));
}

function exists(program: string): boolean {
  const path = `${process.env.PATH}:/usr/sbin:/sbin`;
  return spawnSync("sh", ["-c", `command -v ${program}`], { env: { ...process.env, PATH: path } }).status === 0;
}

function list(names: readonly string[]): string {
  return new Intl.ListFormat("en").format(names);
}
