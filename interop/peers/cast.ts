import { Dhtnode } from "./dhtnode.ts";
import type { InteropPeer, PeerKind, PeerOptions } from "./interop-peer.ts";
import { PythonNode } from "./python-node.ts";

/** Starts a node of any kind with a process of its own (ours: in this one). */
export async function startPeer(kind: PeerKind, options: PeerOptions = {}): Promise<InteropPeer> {
  switch (kind) {
    case "dhtnode":
      return Dhtnode.start(options);
    case "python":
      return PythonNode.start(options);
    case "hashmere": {
      const { OurNode } = await import("./our-node.ts"); // so that the drivers can be tested before the packages are built
      return OurNode.start(options);
    }
  }
}
