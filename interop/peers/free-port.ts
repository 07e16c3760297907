import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

const ATTEMPTS = 20;

/** A UDP port that is free in both families at this moment. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const first = await tryBind("udp4", 0);
    if (first === undefined) continue;
    const port = first.address().port;
    const second = await tryBind("udp6", port);
    first.close();
    second?.close();
    if (second !== undefined) return port;
  }
  throw new Error(
    `no UDP port was free in both families (tried ${ATTEMPTS}): does this machine have IPv6 on loopback?`,
  );
}

async function tryBind(type: "udp4" | "udp6", port: number): Promise<Socket | undefined> {
  const socket = createSocket({ type, ipv6Only: type === "udp6" });
  try {
    socket.bind(port);
    await once(socket, "listening");
    return socket;
  } catch {
    socket.close();
    return undefined;
  }
}
