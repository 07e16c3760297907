import { encodeProxyState, type ProxyState } from "../../src/server/index.ts";

/** The whole file. */
export function encodedState(state: ProxyState): Uint8Array {
  return new Uint8Array(Buffer.concat([...encodeProxyState(state)]));
}
