import { fileURLToPath } from "node:url";
import { compile, OPENDHT_OPTIONS } from "../native/compile.ts";

/** A program of ours on top of the real library: `judge` (verdicts on certificates) or `chat` (what dhtchat does). */
export function nativeProgram(name: "judge" | "chat"): string {
  const path = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url));
  return compile("g++", path(`native/${name}.cpp`), path(`.cache/${name}`), OPENDHT_OPTIONS);
}
