import { PUBLIC_HOST, testExamples } from "../../../testing/readme-examples.ts";
import { addressOf, startNode } from "./runner/loopback.ts";

for (const page of ["packages/dht/README.md", "README.md"])
  testExamples(page, async (code) => code.replaceAll(PUBLIC_HOST, `${addressOf(await startNode())}`));
