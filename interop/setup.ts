import { execFileSync, spawnSync } from "node:child_process";
import { canRun, hasOpenDhtHeaders } from "./native/compile.ts";
import { CHROMIUM, DEBIAN_PYTHON, GNUTLS_SERVER, REAL_DHTNODE } from "./peers/debian-programs.ts";

const PACKAGES = ["dhtnode", "python3-opendht", "libopendht-dev", "g++", "chromium", "gnutls-bin"];

/**
 * Makes sure that the real programs are there. As root, installs them with apt-get.
 * @throws Error with the sentence to show when they are not there and cannot be installed.
 */
export function setUpRealPeers(): void {
  if (missingPrograms().length === 0) return;
  if (process.getuid?.() !== 0 || !canRun("apt-get", ["--version"])) {
    throw new Error(
      `The tests against real nodes need ${list(missingPrograms())}. On Debian or Ubuntu, install them with: ` +
        `sudo apt-get update && sudo apt-get install ${PACKAGES.join(" ")}`,
    );
  }
  console.error(`installing ${list(PACKAGES)} with apt-get …`);
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", ...PACKAGES]]) {
    execFileSync("apt-get", ["-qq", ...args], { stdio: ["ignore", "ignore", "inherit"], env: environment });
  }
  const stillMissing = missingPrograms();
  if (stillMissing.length > 0) throw new Error(`apt-get ran, but ${list(stillMissing)} cannot be used.`);
}

/** What the packages give us, so that a report can name the versions it was made with. */
export function realPeerVersion(): string {
  return spawnSync(REAL_DHTNODE, ["--version"], { encoding: "utf8" }).stdout.split("\n")[0] ?? "";
}

function missingPrograms(): string[] {
  const missing: string[] = [];
  if (!canRun(REAL_DHTNODE, ["--version"])) missing.push("dhtnode");
  if (!canRun(DEBIAN_PYTHON, ["-c", "import opendht"])) missing.push("python3-opendht");
  if (!canRun("g++", ["--version"])) missing.push("g++");
  else if (!hasOpenDhtHeaders()) missing.push("libopendht-dev");
  if (!canRun(CHROMIUM, ["--version"])) missing.push("chromium");
  if (!canRun(GNUTLS_SERVER, ["--version"])) missing.push("gnutls-bin");
  return missing;
}

function list(names: readonly string[]): string {
  return new Intl.ListFormat("en").format(names);
}
