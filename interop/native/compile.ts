import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/** Options that link a program to the packaged library. */
export const OPENDHT_OPTIONS: readonly string[] = ["-std=c++17", "-lopendht", "-lgnutls", "-lpthread"];

/** Whether programs can be linked to the packaged library (package libopendht-dev). */
export function hasOpenDhtHeaders(): boolean {
  return canRun("g++", ["-std=c++17", "-fsyntax-only", "-x", "c++", "-"], "#include <opendht.h>\n");
}

/** Compiles a source unless its program is newer than all that lies in the source's folder. */
export function compile(compiler: string, source: string, program: string, options: readonly string[] = []): string {
  if (!existsSync(program) || statSync(program).mtimeMs < lastChange(dirname(source))) {
    console.error(`compiling ${source} …`);
    mkdirSync(dirname(program), { recursive: true });
    execFileSync(compiler, ["-O2", "-o", program, source, ...options], { stdio: "inherit" });
  }
  return program;
}

function lastChange(folder: string): number {
  return Math.max(...readdirSync(folder).map((file) => statSync(join(folder, file)).mtimeMs));
}

export function canRun(command: string, args: readonly string[], input = ""): boolean {
  return spawnSync(command, args, { input, stdio: ["pipe", "ignore", "ignore"] }).status === 0;
}
