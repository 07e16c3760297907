import { fileURLToPath } from "node:url";
import { compile, OPENDHT_OPTIONS } from "../native/compile.ts";

/** A program of ours on top of the real library; what it does is told at its head in `native`. */
export function nativeProgram(name: "judge" | "chat" | "signer"): string {
  const path = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url));
  return compile("g++", path(`native/${name}.cpp`), path(`.cache/${name}`), OPENDHT_OPTIONS);
}
