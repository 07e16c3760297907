import { InfoHash } from "../../src/id/index.ts";
import { type TestNode, Testnet } from "../../src/testnet/index.ts";
import { Value, ValueTypeRegistry } from "../../src/value/index.ts";
import { Stranger } from "../node/stranger.ts";

export const key = InfoHash.get("key");
export const value = (id: bigint, text = "text") => new Value({ id, data: new TextEncoder().encode(text) });

/** A node that knows nobody but a stranger. */
export async function pairWithStranger(
  types = new ValueTypeRegistry(),
): Promise<{ net: Testnet; node: TestNode; stranger: Stranger }> {
  const net = new Testnet({ latency: 1, config: { types } });
  const node = net.spawnOne();
  const stranger = new Stranger(net).beHonest();
  stranger.send(node, { kind: "ping", ...stranger.envelope() });
  await node.connected();
  await net.advance("10s");
  return { net, node, stranger };
}
