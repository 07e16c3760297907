import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** Options that link a program to the packaged library. */
export const OPENDHT_OPTIONS: readonly string[] = ["-std=c++17", "-lopendht", "-lgnutls", "-lpthread"];

/** Whether programs can be linked to the packaged library (package libopendht-dev). */
export function hasOpenDhtHeaders(): boolean {
  return canRun("g++", ["-std=c++17", "-fsyntax-only", "-x", "c++", "-"], "#include <opendht.h>\n");
}

/** Compiles a source that is newer than its program. */
export function compile(compiler: string, source: string, program: string, options: readonly string[] = []): string {
  if (!existsSync(program) || statSync(program).mtimeMs < statSync(source).mtimeMs) {
    console.error(`compiling ${source} …`);
    mkdirSync(dirname(program), { recursive: true });
    execFileSync(compiler, ["-O2", "-o", program, source, ...options], { stdio: "inherit" });
  }
  return program;
}

export function canRun(command: string, args: readonly string[], input = ""): boolean {
  return spawnSync(command, args, { input, stdio: ["pipe", "ignore", "ignore"] }).status === 0;
}
