import { fileURLToPath } from "node:url";
import { canRun, compile, hasOpenDhtHeaders, OPENDHT_OPTIONS } from "../interop/native/compile.ts";

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

export function buildNativePrograms(): NativePrograms {
  const missing: string[] = [];
  const hasC = canRun("gcc", ["--version"]);
  const hasCpp = canRun("g++", ["--version"]);
  const hasLibrary = hasCpp && hasOpenDhtHeaders();
  if (!hasC) missing.push("gcc");
  if (!hasCpp) missing.push("g++");
  if (!hasLibrary) missing.push("libopendht-dev");
  return {
    loadgen: hasC ? compile("gcc", `${SOURCES}/loadgen.c`, `${BUILD}/loadgen`) : undefined,
    cnode: hasLibrary ? compile("g++", `${SOURCES}/cnode.cpp`, `${BUILD}/cnode`, OPENDHT_OPTIONS) : undefined,
    missing,
  };
}
