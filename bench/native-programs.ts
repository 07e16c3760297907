import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The programs in C and C++ that a bench needs; undefined where this machine cannot build one. */
export interface NativePrograms {
  /** Sends requests at full speed and measures the answers. */
  readonly loadgen: string | undefined;
  /** The C++ node, linked to the packaged library. */
  readonly cnode: string | undefined;
  /** What to install to have them all. */
  readonly missing: readonly string[];
}

const SOURCES = fileURLToPath(new URL("native", import.meta.url));
const BUILD = fileURLToPath(new URL("build", import.meta.url));
const PROBE_HEADER = "#include <opendht.h>\n";

export function buildNativePrograms(): NativePrograms {
  mkdirSync(BUILD, { recursive: true });
  const missing: string[] = [];
  const hasC = canRun("gcc", ["--version"]);
  const hasCpp = canRun("g++", ["--version"]);
  const hasLibrary = hasCpp && canRun("g++", ["-std=c++17", "-fsyntax-only", "-x", "c++", "-"], PROBE_HEADER);
  if (!hasC) missing.push("gcc");
  if (!hasCpp) missing.push("g++");
  if (!hasLibrary) missing.push("libopendht-dev");
  return {
    loadgen: hasC ? build("gcc", "loadgen.c", "loadgen", []) : undefined,
    cnode: hasLibrary ? build("g++", "cnode.cpp", "cnode", ["-std=c++17", "-lopendht", "-lpthread"]) : undefined,
    missing,
  };
}

function build(compiler: string, source: string, program: string, options: readonly string[]): string {
  const from = `${SOURCES}/${source}`;
  const to = `${BUILD}/${program}`;
  if (!existsSync(to) || statSync(to).mtimeMs < statSync(from).mtimeMs) {
    console.error(`compiling ${source} …`);
    execFileSync(compiler, ["-O2", "-o", to, from, ...options], { stdio: "inherit" });
  }
  return to;
}

function canRun(command: string, args: readonly string[], input = ""): boolean {
  return spawnSync(command, args, { input, stdio: ["pipe", "ignore", "ignore"] }).status === 0;
}
