import { generateEcIdentity, type Identity } from "@hashmere/crypto";
import { PkId, Value } from "@hashmere/dht";
import { inboxKey } from "../../src/signalling/index.ts";
import { encodeRequest } from "../../src/signalling/peer-connection-request.ts";
import { people, type VirtualWorld } from "./virtual-world.ts";

/** Puts a request of that id for bob. */
export type Ask = (id: bigint) => void;

/** A device that has nothing but a published certificate. */
export function stranger(world: VirtualWorld, identity: Identity): Ask {
  world.box.publish(identity.certificate);
  const dht = world.box.of(identity);
  const { publicKey } = people.bob.certificate;
  return (id) => {
    const request = { id, iceMessage: "nowhere", isAnswer: false, connectionType: "", isRefusal: false };
    const value = new Value({ data: encodeRequest(request), userType: "peer_request" });
    void dht.putEncrypted(inboxKey(PkId.fromBytes(publicKey.longId())), publicKey, value);
  };
}

/** So many of them, under one authority. */
export async function strangers(world: VirtualWorld, count: number): Promise<Ask[]> {
  const issuer = await generateEcIdentity("authority");
  const devices = Array.from({ length: count }, async () => generateEcIdentity("stranger", { issuer, isCa: false }));
  return (await Promise.all(devices)).map((identity) => stranger(world, identity));
}
