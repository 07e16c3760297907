import { Server } from "@hashmere/kademlia";
import { onTestFinished } from "vitest";
import { testExamples } from "../../../testing/readme-examples.ts";

testExamples("packages/kademlia/README.md", async (code) => {
  const other = new Server();
  const port = await other.listen(0, "127.0.0.1");
  onTestFinished(() => other.stop());
  return code.replace("listen(8468)", 'listen(0, "127.0.0.1")').replace("192.0.2.1:8468", `127.0.0.1:${port}`);
});
