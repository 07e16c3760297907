import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import {
  DecryptError,
  loadCertificate,
  loadIdentity,
  loadIdentityFiles,
  MAX_PRIVATE_KEY_BYTES,
  saveIdentity,
} from "@hashmere/crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeFamily } from "../identities.ts";

const { device, device2 } = await makeFamily();
let folder = "";
let path = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "hashmere-"));
  path = join(folder, "alice");
});
afterEach(async () => await rm(folder, { recursive: true }));

const modeOf = async (file: string) => (await stat(file)).mode & 0o777;

describe("saving an identity", () => {
  test("writes a key that only its owner reads, and the whole chain", async () => {
    await saveIdentity(device, path);
    expect(await readdir(folder)).toEqual(["alice.crt", "alice.pem"]);
    expect(await modeOf(`${path}.pem`)).toBe(0o600);
    expect(await readFile(`${path}.pem`, "utf8")).toBe(await device.key.serialize());
    expect(await readFile(`${path}.crt`, "utf8")).toBe(device.certificate.pem());
  });

  test("protects the key with a password", async () => {
    await saveIdentity(device, path, { password: "pässwörd" });
    expect(await readFile(`${path}.pem`, "utf8")).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    const { key } = await loadIdentity(path, { password: "pässwörd" });
    expect(key.publicKey.equals(device.key.publicKey)).toBe(true);
  });

  test.each(["pem", "crt"])("leaves everything alone when the .%s file exists", async (extension) => {
    await writeFile(`${path}.${extension}`, "precious");
    await expect(saveIdentity(device, path)).rejects.toMatchObject({ code: "ERR_FILE_EXISTS" });
    expect(await readdir(folder)).toEqual([`alice.${extension}`]);
    expect(await readFile(`${path}.${extension}`, "utf8")).toBe("precious");
  });

  test("does not follow a link to a file that is not there", async () => {
    await symlink(join(folder, "elsewhere"), `${path}.pem`);
    await expect(saveIdentity(device, path)).rejects.toMatchObject({ code: "ERR_FILE_EXISTS" });
    expect(await readdir(folder)).toEqual(["alice.pem"]);
  });

  test("replaces files when asked to, and closes what was open to others", async () => {
    await saveIdentity(device, path);
    await chmod(`${path}.pem`, 0o644);
    await saveIdentity(device2, path, { overwrite: true });
    expect(await modeOf(`${path}.pem`)).toBe(0o600);
    expect(await readdir(folder)).toEqual(["alice.crt", "alice.pem"]);
    expect((await loadIdentity(path)).key.publicKey.equals(device2.key.publicKey)).toBe(true);
  });

  test("into a folder that does not exist says so", async () => {
    for (const overwrite of [false, true]) {
      const saving = saveIdentity(device, join(folder, "nowhere", "alice"), { overwrite });
      await expect(saving).rejects.toMatchObject({ code: "ERR_FILE", message: expect.stringContaining("folder") });
    }
  });
});

describe("loading an identity", () => {
  test("reads key and chain", async () => {
    await saveIdentity(device, path);
    const loaded = await loadIdentity(path);
    expect(loaded.key.publicKey.equals(device.key.publicKey)).toBe(true);
    expect(loaded.certificate.pem()).toBe(device.certificate.pem());
  });

  test("takes files of any name", async () => {
    await saveIdentity(device, path);
    expect((await loadIdentityFiles(`${path}.pem`, `${path}.crt`)).certificate.equals(device.certificate)).toBe(true);
  });

  test("refuses a certificate of another key", async () => {
    await saveIdentity(device, path);
    await writeFile(`${path}.crt`, device2.certificate.pem());
    await expect(loadIdentity(path)).rejects.toMatchObject({ code: "ERR_KEY_MISMATCH" });
  });

  test("tells a wrong password from a missing file", async () => {
    await expect(loadIdentity(path)).rejects.toMatchObject({ code: "ERR_FILE" });
    await saveIdentity(device, path, { password: "right" });
    await expect(loadIdentity(path, { password: "wrong" })).rejects.toMatchObject({ code: "ERR_KEY_PASSWORD" });
    await expect(loadIdentity(path)).rejects.toMatchObject({ code: "ERR_KEY_PASSWORD" });
  });

  test("names the file in which something is wrong, and no password", async () => {
    await saveIdentity(device, path, { password: "right one" });
    const failure: unknown = await loadIdentity(path, { password: "hunter2" }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DecryptError);
    expect(failure).toMatchObject({ message: `${path}.pem: the password doesn't open this private key` });
    expect(inspect(failure, { depth: null, showHidden: true })).not.toMatch(/hunter2|right one/);
    await saveIdentity(device, path, { overwrite: true });
    await writeFile(`${path}.crt`, await readFile(`${path}.pem`));
    await expect(loadIdentity(path)).rejects.toMatchObject({
      code: "ERR_CERTIFICATE_MALFORMED",
      message: `${path}.crt: this is no certificate: the PEM text holds PRIVATE KEY`,
    });
  });

  test("reads no file that has no end", async () => {
    await expect(loadCertificate("/dev/zero")).rejects.toMatchObject({ code: "ERR_FILE" });
  });

  test("does not read a file that is too large to be a key", async () => {
    await saveIdentity(device, path);
    await writeFile(`${path}.pem`, Buffer.alloc(MAX_PRIVATE_KEY_BYTES + 1));
    await expect(loadIdentity(path)).rejects.toMatchObject({ code: "ERR_FILE" });
  });

  test("refuses a chain that is cut short", async () => {
    await saveIdentity(device, path);
    await writeFile(`${path}.crt`, device.certificate.pem().slice(0, -40));
    await expect(loadIdentity(path)).rejects.toMatchObject({ code: "ERR_CERTIFICATE_MALFORMED" });
  });
});
