import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  type Certificate,
  type CertificateStatus,
  CryptoError,
  MAX_OCSP_BYTES,
  OcspResponse,
  replaceFile,
} from "@hashmere/crypto";
import { readBoundedFile } from "../files/index.ts";
import { shortIdOf } from "./certificate-ids.ts";

const FILE_MODE = 0o644;

/** What responders said about certificates: a file for each, by short id and serial number; kept on disk or not at all. */
export class OcspFolder {
  readonly #path: string | undefined;

  constructor(path: string | undefined) {
    this.#path = path;
  }

  async save(certificate: Certificate, response: OcspResponse): Promise<void> {
    const file = this.#fileOf(certificate);
    if (file === undefined) return;
    await mkdir(join(file, ".."), { recursive: true });
    await replaceFile(file, response.pack(), FILE_MODE);
  }

  async statusOf(certificate: Certificate): Promise<CertificateStatus | undefined> {
    const file = this.#fileOf(certificate);
    const bytes = file === undefined ? undefined : await readBoundedFile(file, MAX_OCSP_BYTES);
    try {
      return bytes && OcspResponse.from(bytes).verify(certificate);
    } catch (error) {
      if (error instanceof CryptoError) return undefined; // damaged, of another certificate, or too old to say anything
      throw error;
    }
  }

  #fileOf(certificate: Certificate): string | undefined {
    const serial = Buffer.from(certificate.serialNumber).toString("hex");
    return this.#path === undefined ? undefined : join(this.#path, shortIdOf(certificate), serial);
  }
}
