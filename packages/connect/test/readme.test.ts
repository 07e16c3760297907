import { DhtRunner } from "@hashmere/dht";
import { onTestFinished } from "vitest";
import { testExamples } from "../../../testing/readme-examples.ts";

testExamples("packages/connect/README.md", async (code) => {
  const boot = await DhtRunner.run({ bind4: "127.0.0.1", bind6: null });
  onTestFinished(() => boot.join());
  const here = `includeLoopback: true, bootstrap: "${boot.getBound()}", `;
  return code.replaceAll("ConnectionManager.open({ ", `ConnectionManager.open({ ${here}`);
});
