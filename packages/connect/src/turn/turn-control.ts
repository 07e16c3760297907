import { StunAttributeType, StunMethod } from "../stun/index.ts";
import { TurnConnection } from "./turn-connection.ts";
import { TurnCredentials } from "./turn-credentials.ts";
import type { TurnAddress, TurnServer } from "./turn-server.ts";

/** A connection on which an allocation can be asked for, and what requests on it are signed with. */
export interface TurnControl {
  readonly connection: TurnConnection;
  readonly credentials: TurnCredentials;
}

/** @throws TurnError, or the signal's reason */
export async function openControl(address: TurnAddress, server: TurnServer, signal: AbortSignal): Promise<TurnControl> {
  const credentials = new TurnCredentials(server);
  return { connection: await TurnConnection.open(address, credentials, signal), credentials };
}

/**
 * The same, knowing already what requests are to be signed with: the server is asked to end an allocation that isn't there,
 * and refuses.
 * @throws TurnError, or the signal's reason
 */
export async function openReadyControl(
  address: TurnAddress,
  server: TurnServer,
  signal: AbortSignal,
): Promise<TurnControl> {
  const control = await openControl(address, server, signal);
  const { connection } = control;
  const onAbort = () => connection.close();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await connection.greet(StunMethod.REFRESH, (builder) => builder.uint32(StunAttributeType.LIFETIME, 0));
    return control;
  } catch (error) {
    connection.close();
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
