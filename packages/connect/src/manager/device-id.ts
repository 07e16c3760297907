import { Certificate, type PublicKey } from "@hashmere/crypto";
import { InfoHash, type KeyId, PkId } from "@hashmere/dht";
import { ConnectError } from "../errors/index.ts";

/** Whom to connect to: a device id (64 hexadecimal digits), the short id of its key (40), or its certificate. */
export type DeviceName = KeyId | string | Certificate;

/** @throws ConnectError `ERR_INVALID_ID` */
export function keyIdOf(name: DeviceName): KeyId {
  if (name instanceof Certificate) return PkId.fromBytes(name.longId());
  if (typeof name !== "string") return name;
  if (/^[0-9a-fA-F]{64}$/.test(name)) return PkId.fromHex(name);
  if (/^[0-9a-fA-F]{40}$/.test(name)) return InfoHash.fromHex(name);
  throw new ConnectError("ERR_INVALID_ID", `"${name}" names no device`, {
    hint: "A device id has 64 hexadecimal digits; the 40 digits that some programs print are taken too.",
  });
}

export function deviceIdOf(key: PublicKey): PkId {
  return PkId.fromBytes(key.longId());
}

export function isIdOf(id: KeyId, key: PublicKey): boolean {
  return id.equals(id instanceof PkId ? deviceIdOf(key) : InfoHash.fromBytes(key.shortId()));
}
