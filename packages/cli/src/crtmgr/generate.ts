import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DEFAULT_RSA_BITS, type Identity } from "@hashmere/crypto";
import { makeCertificate } from "../cert/make.ts";
import { idsOf } from "../identity/key-ids.ts";

export interface Pair {
  readonly folder: string;
  /** Base name of the files, and common name. */
  readonly name: string;
  /** Who signs; undefined: an authority that signs itself. */
  readonly issuer?: Identity | undefined;
}

export interface GenerateOptions {
  readonly overwrite: boolean;
  /** Empty for none. */
  readonly password: string;
  print(line: string): void;
}

/** `name.pem` and `name.crt` in a folder, which is made. @throws CryptoError as `makeCertificate` does */
export async function generatePair(
  { folder, name, issuer }: Pair,
  { overwrite, password, print }: GenerateOptions,
): Promise<Identity> {
  await mkdir(folder, { recursive: true });
  const identity = await makeCertificate({
    name,
    prefix: join(folder, name),
    issuer,
    isCa: issuer === undefined,
    key: { bits: DEFAULT_RSA_BITS },
    days: undefined,
    password,
    overwrite,
  });
  const kind = issuer === undefined ? "CA" : "certificate";
  print(`Generated ${kind} in "${folder}": ${name} ${idsOf(identity.key.publicKey).id}`);
  return identity;
}

/** What a server needs: an authority in `CA`, and an identity that it signs in `id`. */
export async function setUpServer(folder: string, options: GenerateOptions): Promise<void> {
  const issuer = await generatePair({ folder: join(folder, "CA"), name: SERVER_CA }, options);
  await generatePair({ folder: join(folder, "id"), name: SERVER_IDENTITY, issuer }, options);
}

export const SERVER_CA = "ca-server";
export const SERVER_IDENTITY = "id-server";
