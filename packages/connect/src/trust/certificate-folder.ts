import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Certificate, CryptoError, MAX_CHAIN_TEXT_BYTES, replaceFile } from "@hashmere/crypto";
import { readBoundedFile } from "../files/index.ts";
import { certificateIds, longIdOf } from "./certificate-ids.ts";

const FILE_MODE = 0o644;
const ID = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

/** A folder with a file for each pinned leaf: its PEM chain, named by its id. */
export class CertificateFolder {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** What the files hold. A file that doesn't hold the certificate which its name promises is deleted. */
  async *load(): AsyncGenerator<Certificate> {
    for (const name of (await readdir(this.#path)).sort()) {
      const file = join(this.#path, name);
      const certificate = await readCertificate(file);
      if (certificate !== undefined && certificateIds(certificate).includes(name)) yield certificate;
      else await rm(file, { force: true, recursive: true });
    }
  }

  async save(certificate: Certificate): Promise<void> {
    await replaceFile(join(this.#path, longIdOf(certificate)), certificate.pem(), FILE_MODE);
  }

  async remove(id: string): Promise<void> {
    if (ID.test(id)) await rm(join(this.#path, id), { force: true });
  }
}

/** The certificates in a file, or in all files below a folder; what is none is passed over. */
export async function* importCertificates(path: string): AsyncGenerator<Certificate> {
  if (!(await stat(path)).isDirectory()) {
    const certificate = await readCertificate(path);
    if (certificate !== undefined) yield certificate;
    return;
  }
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    const certificate = entry.isFile() ? await readCertificate(join(entry.parentPath, entry.name)) : undefined;
    if (certificate !== undefined) yield certificate;
  }
}

async function readCertificate(file: string): Promise<Certificate | undefined> {
  const bytes = await readBoundedFile(file, MAX_CHAIN_TEXT_BYTES);
  try {
    return bytes && Certificate.from(bytes);
  } catch (error) {
    if (error instanceof CryptoError) return undefined;
    throw error;
  }
}
